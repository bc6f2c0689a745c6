import type { DirectiveEvent } from '#libs/contracts';
import type { Redis } from '#libs/redis';
import type { Keys } from '../keys.js';
import { EventBodies } from './event-bodies.js';
import { viewPointers, type EventPointer } from './event-pointer.js';
import { readStreams } from './read-streams.js';
import { entryOf, isAfter, readAfter, streamStart, type StreamPlace } from './stream-id.js';

/** By shard number: the place of the last event that was taken from the shard's stream. */
export type Positions = Map<number, StreamPlace>;

/** Null where the directive is gone: then its events are too, and only the pointer is left of this one. */
export interface ReadEvent {
  pointer: EventPointer;
  event: DirectiveEvent | null;
}

/** What became of the place a reader stands at. `rewound` names the place to go on from. */
export type Standing = { is: 'whole' } | { is: 'cut' } | { is: 'rewound'; to: string };

/** The shards' event streams in order, with the events that the pointers in them lead to. */
export class ShardEvents {
  private readonly bodies: EventBodies;

  constructor(
    private readonly redis: Redis,
    private readonly keys: Keys,
  ) {
    this.bodies = new EventBodies(redis, keys);
  }

  /** Pointers after the positions, at most `count` a shard; with `blockMs` it waits on `connection` for the first one. */
  async pointers(
    connection: Redis,
    positions: Positions,
    { count, blockMs }: { count: number; blockMs: number | null },
  ): Promise<EventPointer[]> {
    const shards = [...positions.keys()];
    // An entry points to two or three events, and rarely to a hundred.
    const entries = Math.ceil(count / 2);
    const streams = shards.map((shard) => this.keys.shardEvents(shard));
    const places = shards.map((shard, at) => [streams[at]!, readAfter(positions.get(shard)!)] as const);
    const reply = await readStreams(connection, places, { count: entries, blockMs });
    return reply.flatMap(([stream, found]) => {
      const shard = shards[streams.indexOf(stream)]!;
      const pointers = found.flatMap(([entryId, fields]) => viewPointers(shard, entryId, fields));
      return pointers.filter(({ streamId }) => isAfter(streamId, positions.get(shard)!)).slice(0, count);
    });
  }

  /** The events, in the order of the pointers. */
  async read(pointers: readonly EventPointer[]): Promise<ReadEvent[]> {
    const bodyOf = await this.bodies.of(pointers);
    return pointers.map((pointer) => ({ pointer, event: bodyOf(pointer) ?? null }));
  }

  /** Whether the stream still leads on from the position. The entry itself is kept by `trim`, so its absence says that another hand was there. */
  async standing(shard: number, position: string): Promise<Standing> {
    const key = this.keys.shardEvents(shard);
    if (position === streamStart) return (await this.hasLostEntries(key)) ? { is: 'cut' } : { is: 'whole' };
    // From the position downwards: trimming takes from the front only, so what is older than a missing entry means an older Redis.
    const entryId = entryOf(position);
    const [last] = await this.redis.xrevrange(key, entryId, '-', 'COUNT', 1);
    if (last === undefined) return { is: 'cut' };
    return last[0] === entryId ? { is: 'whole' } : { is: 'rewound', to: last[0] };
  }

  private async hasLostEntries(key: string): Promise<boolean> {
    if ((await this.redis.exists(key)) === 0) return false;
    const facts = (await this.redis.xinfo('STREAM', key)) as (string | number)[];
    const value = (name: string): number => Number(facts[facts.indexOf(name) + 1]);
    return value('entries-added') > value('length');
  }
}
