import { pino, stdSerializers, type Logger } from 'pino';

export type { Logger };

/** A Redis error carries the command it answered, with the text of a script and a tenant's data in it: neither belongs in a log. */
function describeError(error: Error): object {
  const { command: _, ...described } = stdSerializers.err(error) as { command?: unknown };
  return described;
}

/** One JSON line an event on stderr: stdout belongs to data. */
export function createLogger(service: string, level: string): Logger {
  const options = {
    level,
    base: { service },
    timestamp: pino.stdTimeFunctions.isoTime,
    serializers: { err: describeError },
  };
  return pino(options, pino.destination({ dest: 2, sync: true }));
}
