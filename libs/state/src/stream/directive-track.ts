import { CocError, finalEventTypes } from '#libs/contracts';
import type { Redis } from '#libs/redis';
import type { Keys } from '../keys.js';
import { viewEvents } from '../read/event-view.js';
import { pointerTo, type EventPointer } from './event-pointer.js';
import type { EventTrack, TrackPage } from './event-track.js';
import { SharedEvent } from './shared-event.js';

const pageSize = 200;

export interface DirectivePlace {
  directiveId: string;
  tenant: string;
  /** The last `seq` seen; 0 for none. */
  after: number;
  /** How many there were when it was asked for: so many must be there to read. */
  lastSeq: number;
  /** Whether those are all that will ever be. */
  isFinal: boolean;
}

/** The story of one directive; a position is a `seq`. */
export class DirectiveTrack implements EventTrack {
  readonly topic: string;
  private last: number;
  private hasEnded = false;

  constructor(
    private readonly redis: Redis,
    private readonly keys: Keys,
    private readonly place: DirectivePlace,
  ) {
    this.topic = place.directiveId;
    this.last = place.after;
  }

  wants(): boolean {
    return true;
  }

  async readPage(): Promise<TrackPage> {
    const { directiveId, tenant, lastSeq } = this.place;
    const key = this.keys.events(directiveId);
    const entries = await this.redis.xrange(key, `${this.last + 1}-0`, '+', 'COUNT', pageSize);
    const views = entries.flatMap(([entryId, fields]) => viewEvents(directiveId, entryId, fields));
    const steps = views
      .filter(({ seq }) => seq > this.last)
      .map((view) => ({ pointer: pointerTo(view, tenant), event: new SharedEvent(view) }));
    const first = steps[0]?.pointer.seq ?? lastSeq + 1;
    if (first > this.last + 1) throw gone(this.last, lastSeq);
    return { steps, isAll: entries.length < pageSize };
  }

  pass({ seq, type }: EventPointer): 'next' | 'passed' | 'ahead' {
    if (seq <= this.last) return 'passed';
    if (seq > this.last + 1) return 'ahead';
    this.last = seq;
    this.hasEnded = finalEventTypes.includes(type);
    return 'next';
  }

  goLive(): void {}

  position(): string {
    return String(this.last);
  }

  isOver(): boolean {
    return this.hasEnded || (this.place.isFinal && this.last >= this.place.lastSeq);
  }
}

function gone(after: number, lastSeq: number): CocError {
  return new CocError(
    'POSITION_GONE',
    `event ${after + 1} was removed, though the story goes to event ${lastSeq}; read where the directive stands (GET /api/v1/directives/:id), then stream it from ?after=${lastSeq}`,
  );
}
