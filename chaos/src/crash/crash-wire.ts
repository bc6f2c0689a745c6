import { createInterface } from 'node:readline';
import type { Socket } from 'node:net';
import type { CrashOrder } from './tripwire.js';

/** From the desk to a process with the preload; each is answered by a report. */
export type CrashRequest = { kind: 'arm'; order?: CrashOrder } | { kind: 'count' };

/** From such a process: `hello` once, then how often each point was passed since it began. */
export type CrashReport = { kind: 'hello'; name: string } | { kind: 'counts'; counts: Record<string, number> };

export function tell(socket: Socket, line: CrashRequest | CrashReport): void {
  socket.write(`${JSON.stringify(line)}\n`);
}

/** Calls with each line, until the other side is gone. */
export function hear(socket: Socket, listen: (line: CrashRequest | CrashReport) => void): void {
  socket.on('error', () => undefined);
  // A readline repeats the errors of its input as its own.
  const lines = createInterface({ input: socket }).on('error', () => undefined);
  lines.on('line', (text) => listen(JSON.parse(text) as CrashRequest | CrashReport));
}
