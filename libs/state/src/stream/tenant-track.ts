import type { EventType } from '#libs/contracts';
import type { EventBodies } from './event-bodies.js';
import { topicOfTenant, type EventFeed } from './event-feed.js';
import type { EventPointer } from './event-pointer.js';
import type { EventTrack, TrackPage } from './event-track.js';
import type { ShardStreams } from './shard-streams.js';
import { SharedEvent } from './shared-event.js';
import type { StreamCursor } from './stream-cursor.js';

const pageSize = 200;

export interface TenantTrackParts {
  streams: ShardStreams;
  bodies: EventBodies;
  feed: EventFeed;
}

export interface TenantPlace {
  tenant: string;
  after: StreamCursor;
  /** Only these; all without it. */
  types?: ReadonlySet<EventType> | undefined;
}

/** Everything of a tenant over all shards; a position is a StreamCursor. */
export class TenantTrack implements EventTrack {
  readonly topic: string;
  /** Until it is in step with the feed, whose cursor then is its own too: so all in step share one text. */
  private own: StreamCursor | undefined;
  private isLive = false;

  constructor(
    private readonly parts: TenantTrackParts,
    private readonly place: TenantPlace,
  ) {
    this.topic = topicOfTenant(place.tenant);
    this.own = place.after;
  }

  wants({ tenant, type }: EventPointer): boolean {
    return tenant === this.place.tenant && (this.place.types?.has(type) ?? true);
  }

  async readPage(): Promise<TrackPage> {
    const { streams, bodies } = this.parts;
    const { pointers, isAll } = await streams.after(this.cursor(), pageSize);
    const bodyOf = await bodies.of(pointers.filter((pointer) => this.wants(pointer)));
    const steps = pointers.map((pointer) => ({ pointer, event: SharedEvent.of(bodyOf(pointer)) }));
    return { steps, isAll };
  }

  pass({ shard, streamId }: EventPointer): 'next' | 'passed' {
    if (!this.own) return 'next';
    if (this.own.hasPassed(shard, streamId)) return 'passed';
    this.own.moveTo(shard, streamId);
    return 'next';
  }

  goLive(): void {
    this.isLive = true;
  }

  position(): string {
    return this.cursor().toString();
  }

  isOver(): boolean {
    return false;
  }

  /** A page may have read ahead of the feed; what the feed then says again was passed. */
  private cursor(): StreamCursor {
    const front = this.isLive ? this.parts.feed.cursor : undefined;
    if (this.own && front) {
      this.own.moveUpTo(front);
      if (front.covers(this.own)) this.own = undefined;
    }
    return this.own ?? this.parts.feed.cursor!;
  }
}
