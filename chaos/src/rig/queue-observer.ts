import { closeSync, openSync, writeSync } from 'node:fs';
import { sleep } from '../run/clock.js';
import type { QueueEntry } from './queue-entry.js';
import type { RedisHost } from './redis.host.js';

const everyMs = 200;
/** A field of entries that a fault copied. */
export const copyMark = 'chaos-copy';

/** Writes down what the worker queues say of themselves: the executors trim their streams soon after they have read them. */
export class QueueObserver {
  private readonly file: number;
  private readonly cursors: Map<string, string>;
  private stopped = false;
  private running: Promise<void> = Promise.resolve();

  constructor(
    private readonly redis: RedisHost,
    path: string,
    queues: readonly { root: string; queue: string }[],
  ) {
    this.file = openSync(path, 'a');
    this.cursors = new Map(queues.map(({ root, queue }) => [`${root}:${queue}:events`, '0']));
  }

  start(): void {
    this.running = this.run();
  }

  /** Resolves when all was written that stands there now. */
  async stop(): Promise<void> {
    this.stopped = true;
    await this.running;
    await this.look();
    closeSync(this.file);
  }

  private async run(): Promise<void> {
    while (!this.stopped) {
      // Redis may be away.
      await this.look().catch(() => undefined);
      await sleep(everyMs);
    }
  }

  private async look(): Promise<void> {
    for (const [stream, cursor] of this.cursors) {
      const entries = await this.redis.admin.xrange(stream, cursor === '0' ? '-' : `(${cursor}`, '+');
      for (const [id, fields] of entries) this.note(stream, id, fields);
      this.cursors.set(stream, entries.at(-1)?.[0] ?? cursor);
    }
  }

  private note(stream: string, id: string, fields: readonly string[]): void {
    const of = (name: string): string => fields[fields.indexOf(name) + 1] ?? '';
    // What a fault wrote again did not happen again.
    if (!fields.includes('jobId') || fields.includes(copyMark)) return;
    const queue = stream.split(':').at(-2)!;
    const entry: QueueEntry = { queue, atMs: Number(id.split('-')[0]), event: of('event'), jobId: of('jobId') };
    writeSync(this.file, `${JSON.stringify(entry)}\n`);
  }
}
