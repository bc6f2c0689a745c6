import { CocError } from '#libs/contracts';
import type { EventFeed, FeedListener } from './event-feed.js';
import type { EventPointer } from './event-pointer.js';
import type { EventTrack, TrackPage, TrackStep } from './event-track.js';
import type { SharedEvent } from './shared-event.js';

/** Where a follower's events go: one client. */
export interface EventSink {
  readonly isOpen: boolean;
  /** `position` is where a client that has this event goes on. */
  send(event: SharedEvent, position: string): void;
  /** Resolves when it can take more without keeping it for long, or is closed. */
  room(): Promise<void>;
  /** Nothing follows, for ever. */
  end(): void;
  /** It has to come again with its position. */
  drop(): void;
}

/** What may come live while the last page is read, some 300 bytes each; more than that is read as pages instead. */
const maxWaiting = 1_000;
const afterErrorMs = 200;

/** Brings one client from its position to now by pages, and from there along with the feed, without gap or duplicate. */
export class EventFollower implements FeedListener {
  readonly topic: string;
  private sink: EventSink | undefined;
  private first: TrackPage | undefined;
  private isLive = false;
  /** Live events since the last page was asked for; undefined while there is another page to come anyway. */
  private waiting: TrackStep[] | undefined;

  private constructor(
    private readonly track: EventTrack,
    private readonly feed: EventFeed,
  ) {
    this.topic = track.topic;
  }

  /** Registered, and the first page read. Throws POSITION_GONE. */
  static async open(track: EventTrack, feed: EventFeed): Promise<EventFollower> {
    const follower = new EventFollower(track, feed);
    try {
      await feed.add(follower);
      follower.first = await follower.nextPage();
    } catch (error) {
      follower.stop();
      throw error;
    }
    return follower;
  }

  start(sink: EventSink): void {
    this.sink = sink;
    void this.catchUp(sink);
  }

  stop(): void {
    this.feed.remove(this);
  }

  /** Where a client that got everything so far goes on. */
  position(): string {
    return this.track.position();
  }

  wants(pointer: EventPointer): boolean {
    return (this.isLive || this.waiting !== undefined) && this.track.wants(pointer);
  }

  hear(pointer: EventPointer, event: SharedEvent): void {
    if (this.isLive && this.sink) {
      const isInOrder = this.take({ pointer, event }, this.sink);
      if (!isInOrder) void this.catchUp(this.sink);
    } else if (this.waiting && this.waiting.length < maxWaiting) this.waiting.push({ pointer, event });
    else this.waiting = undefined;
  }

  lose(): void {
    this.sink?.drop();
  }

  /** Until it is live, at its end, or the client is gone. */
  private async catchUp(sink: EventSink): Promise<void> {
    this.isLive = false;
    while (sink.isOpen && !this.isLive) {
      try {
        const page = this.first ?? (await this.nextPage());
        this.first = undefined;
        await this.sendPage(page, sink);
        if (sink.isOpen && page.isAll) this.join(sink);
      } catch (error) {
        // Redis is away: the client simply waits.
        if (error instanceof CocError) sink.drop();
        else await new Promise((resolve) => setTimeout(resolve, afterErrorMs));
      }
    }
  }

  /** Whatever happens from before the page is read is in the page, or waits, or both. */
  private async nextPage(): Promise<TrackPage> {
    this.waiting = [];
    return this.track.readPage();
  }

  private async sendPage({ steps }: TrackPage, sink: EventSink): Promise<void> {
    for (const step of steps) {
      if (!sink.isOpen) return;
      this.take(step, sink);
      await sink.room();
    }
    if (this.track.isOver()) sink.end();
  }

  /** In one go, so that nothing comes in between. Without the waiting ones, which were too many, another page is due. */
  private join(sink: EventSink): void {
    const { waiting } = this;
    this.waiting = undefined;
    if (!waiting?.every((step) => this.take(step, sink))) return;
    this.track.goLive();
    this.isLive = true;
  }

  /** False when something before it is missing. */
  private take({ pointer, event }: TrackStep, sink: EventSink): boolean {
    const way = this.track.pass(pointer);
    if (way === 'next' && event && sink.isOpen) sink.send(event, this.track.position());
    if (this.track.isOver()) sink.end();
    return way !== 'ahead';
  }
}
