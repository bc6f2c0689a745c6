import { pino, stdSerializers, type Logger } from 'pino';

export type { Logger };

/** A Redis error carries the command it answered, with the text of a script and a tenant's data in it: neither belongs in a log. */
export function describeError(error: Error): object {
  return withoutCommands(stdSerializers.err(error)) as object;
}

const deepest = 6;

/** An error of a cluster carries those of its nodes, and one of several things carries each. */
function withoutCommands(value: unknown, depth = 0): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (depth === deepest) return undefined;
  if (Array.isArray(value)) return value.map((item) => withoutCommands(item, depth + 1));
  const message = value instanceof Error && depth > 0 ? [['message', value.message] as const] : [];
  const kept = [...message, ...Object.entries(value)].filter(
    ([name]) => name !== 'command' && name !== 'previousErrors',
  );
  return Object.fromEntries(kept.map(([name, item]) => [name, withoutCommands(item, depth + 1)]));
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
