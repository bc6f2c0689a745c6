import { closeSync, openSync, writeSync } from 'node:fs';
import { clockMs } from '../run/clock.js';
import type { HistoryEntry, HistoryLine } from './history-line.js';

/** What the harness itself did and was told, a JSON line each. Written at once: the run may be killed, too. */
export class History {
  private readonly file: number;

  constructor(path: string) {
    this.file = openSync(path, 'a');
  }

  add(entry: HistoryEntry): void {
    const line: HistoryLine = { atMs: clockMs(), ...entry };
    writeSync(this.file, `${JSON.stringify(line)}\n`);
  }

  close(): void {
    closeSync(this.file);
  }
}
