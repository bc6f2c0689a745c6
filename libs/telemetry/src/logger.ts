import { pino, type Logger } from 'pino';

export type { Logger };

/** One JSON line an event on stderr: stdout belongs to data. */
export function createLogger(service: string, level: string): Logger {
  return pino(
    { level, base: { service }, timestamp: pino.stdTimeFunctions.isoTime },
    pino.destination({ dest: 2, sync: true }),
  );
}
