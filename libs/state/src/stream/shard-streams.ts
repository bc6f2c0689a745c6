import { CocError } from '#libs/contracts';
import { answersFor, runPipeline, type KeyedCommand, type Redis } from '#libs/redis';
import type { Keys } from '../keys.js';
import { viewPointers, type EventPointer } from './event-pointer.js';
import { StreamCursor } from './stream-cursor.js';
import { entryOf, isAfter, readAfter, streamStart } from './stream-id.js';

type Entry = [id: string, fields: string[]];

interface StreamState {
  lastId: string;
  firstId: string | undefined;
  isTrimmed: boolean;
}

/** What `max-deleted-entry-id` says of a trimmed stream is 0-0 (Redis 7.0.15): only XDEL moves it. The count of entries tells. */
function stateOf(reply: unknown): StreamState {
  const flat = reply as unknown[];
  const fields = new Map(flat.flatMap((name, at) => (at % 2 === 0 ? [[name as string, flat[at + 1]]] : [])));
  return {
    lastId: fields.get('last-generated-id') as string,
    firstId: (fields.get('first-entry') as Entry | null)?.[0],
    isTrimmed: Number(fields.get('entries-added')) > Number(fields.get('length')),
  };
}

/** A shard without any event yet has no stream. */
const noStream: StreamState = { lastId: streamStart, firstId: undefined, isTrimmed: false };

/** Whether something after `id` may be gone. When `id` itself was trimmed nobody can tell, and the answer is yes. */
function isCutOff(id: string, { lastId, firstId, isTrimmed }: StreamState): boolean {
  if (!isTrimmed || !isAfter(lastId, id)) return false;
  return firstId === undefined || isAfter(firstId, entryOf(id));
}

async function run(redis: Redis, commands: readonly KeyedCommand[]): Promise<unknown[]> {
  const results = await runPipeline(redis, commands);
  return results.map(([error, reply]) => {
    if (error && !error.message.includes('no such key')) throw error;
    return error ? undefined : reply;
  });
}

function positionGone(): CocError {
  return new CocError(
    'POSITION_GONE',
    'events after this position were removed; read where your directives stand (GET /api/v1/directives, and /api/v1/directives/:id/events/stream for the story of each), then stream without a position',
  );
}

/** The event streams of all served shards. */
export class ShardStreams {
  readonly names: readonly string[];

  constructor(
    private readonly redis: Redis,
    keys: Keys,
    readonly shards: number,
  ) {
    this.names = Array.from({ length: shards }, (_, shard) => keys.shardEvents(shard));
  }

  /** After the newest event of each shard. */
  async now(): Promise<StreamCursor> {
    const states = await this.states();
    return new StreamCursor(states.map(({ lastId }) => lastId));
  }

  /** Up to `count` pointers of each shard after the cursor, and whether that is all. Throws POSITION_GONE. */
  async after(cursor: StreamCursor, count: number): Promise<{ pointers: EventPointer[]; isAll: boolean }> {
    const ask = this.names.map((name, shard): KeyedCommand => {
      return ['xrange', name, `(${readAfter(cursor.positions[shard]!)}`, '+', 'COUNT', count];
    });
    // Asked in the same breath and after it: what is there now was there when the range was read.
    const replies = await run(this.redis, [...ask, ...this.askStates()]);
    const ranges = replies.slice(0, this.shards) as Entry[][];
    const states = replies.slice(this.shards).map((reply) => (reply === undefined ? noStream : stateOf(reply)));
    if (states.some((state, shard) => isCutOff(cursor.positions[shard]!, state))) throw positionGone();
    const found = ranges.map((entries, shard) =>
      entries
        .flatMap(([id, fields]) => viewPointers(shard, id, fields))
        .filter(({ streamId }) => !cursor.hasPassed(shard, streamId)),
    );
    return {
      pointers: found.flatMap((pointers) => pointers.slice(0, count)),
      isAll: found.every((pointers, shard) => pointers.length <= count && ranges[shard]!.length < count),
    };
  }

  /** Whether every shard does, within a second. */
  async doAnswer(): Promise<boolean> {
    return answersFor(this.redis, this.names);
  }

  /** Throws POSITION_GONE. */
  async check(cursor: StreamCursor): Promise<void> {
    const states = await this.states();
    if (states.some((state, shard) => isCutOff(cursor.positions[shard]!, state))) throw positionGone();
  }

  private async states(): Promise<StreamState[]> {
    const replies = await run(this.redis, this.askStates());
    return replies.map((reply) => (reply === undefined ? noStream : stateOf(reply)));
  }

  private askStates(): KeyedCommand[] {
    return this.names.map((name) => ['xinfo', 'STREAM', name]);
  }
}
