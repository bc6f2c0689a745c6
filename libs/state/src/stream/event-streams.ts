import { CocError, finalDirectiveStates, type EventType } from '#libs/contracts';
import { duplicateOf, type Redis, type Watched } from '#libs/redis';
import type { Keys } from '../keys.js';
import type { DirectiveReader } from '../read/directive-reader.js';
import { DirectiveTrack } from './directive-track.js';
import { EventBodies } from './event-bodies.js';
import { EventFeed } from './event-feed.js';
import { EventFollower } from './event-follower.js';
import { ShardEvents } from './shard-events.js';
import { ShardStreams } from './shard-streams.js';
import { StreamCursor } from './stream-cursor.js';
import { TenantTrack } from './tenant-track.js';

/** Live events for clients, each from its own position on. */
export class EventStreams {
  private readonly streams: ShardStreams;
  private readonly bodies: EventBodies;
  private readonly feed: EventFeed;

  constructor(
    private readonly redis: Redis,
    private readonly keys: Keys,
    private readonly options: { shards: number; reader: DirectiveReader },
  ) {
    this.streams = new ShardStreams(redis, keys, options.shards);
    this.bodies = new EventBodies(redis, keys);
    const connect = (): Redis => duplicateOf(redis);
    this.feed = new EventFeed({
      streams: this.streams,
      events: new ShardEvents(redis, keys),
      bodies: this.bodies,
      connect,
    });
  }

  get watched(): readonly Watched[] {
    return this.feed.watched;
  }

  /** "over" when the client has all there will ever be; undefined when there is no such directive. Throws POSITION_GONE. */
  async followDirective(
    tenant: string,
    directiveId: string,
    after: number,
  ): Promise<EventFollower | 'over' | undefined> {
    const view = await this.options.reader.get(tenant, directiveId);
    if (!view) return undefined;
    const { lastSeq, state } = view;
    if (after > lastSeq) throw ahead(after, lastSeq);
    const isFinal = finalDirectiveStates.includes(state);
    if (isFinal && after === lastSeq) return 'over';
    const place = { directiveId, tenant, after, lastSeq, isFinal };
    return EventFollower.open(new DirectiveTrack(this.redis, this.keys, place), this.feed);
  }

  /** From now on without a cursor. Throws CURSOR_INVALID or POSITION_GONE. */
  async followTenant(
    tenant: string,
    { cursor, types }: { cursor?: string | undefined; types?: readonly EventType[] | undefined },
  ): Promise<EventFollower> {
    const { streams, bodies, feed } = this;
    const after = cursor === undefined ? await streams.now() : StreamCursor.parse(cursor, streams.shards);
    const place = { tenant, after, types: types && new Set(types) };
    return EventFollower.open(new TenantTrack({ streams, bodies, feed }, place), feed);
  }

  async stop(): Promise<void> {
    await this.feed.stop();
  }
}

function ahead(after: number, lastSeq: number): CocError {
  return new CocError(
    'POSITION_GONE',
    `event ${after} is not in the record, which ends at event ${lastSeq}: Redis may have come back without its last second; stream again without a position`,
  );
}
