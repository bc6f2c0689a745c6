import type { Redis, Watched } from '#libs/redis';
import type { EventBodies } from './event-bodies.js';
import type { EventPointer } from './event-pointer.js';
import { PointerReader } from './pointer-reader.js';
import type { ShardEvents } from './shard-events.js';
import type { ShardStreams } from './shard-streams.js';
import { SharedEvent } from './shared-event.js';
import type { StreamCursor } from './stream-cursor.js';

export interface FeedListener {
  /** `topicOfTenant(…)`, or the id of a directive. */
  readonly topic: string;
  /** Asked before the body is read. */
  wants(pointer: EventPointer): boolean;
  hear(pointer: EventPointer, event: SharedEvent): void;
  /** The feed has missed something; whoever listens must begin anew. */
  lose(): void;
}

export function topicOfTenant(tenant: string): string {
  return `tenant ${tenant}`;
}

export interface FeedParts {
  streams: ShardStreams;
  events: ShardEvents;
  bodies: EventBodies;
  /** A new connection for blocking reads. */
  connect: () => Redis;
}

/** Every event as it happens, read once a process however many listen, and not at all while nobody does. */
export class EventFeed {
  private readonly listeners = new Map<string, Set<FeedListener>>();
  private reader: PointerReader | undefined;

  constructor(private readonly parts: FeedParts) {}

  /** How far all who listen have come. */
  get cursor(): StreamCursor | undefined {
    return this.reader?.cursor;
  }

  get watched(): readonly Watched[] {
    return this.reader ? [this.reader] : [];
  }

  /** Whatever is written after this has resolved is heard. */
  async add(listener: FeedListener): Promise<void> {
    const sharing = this.listeners.get(listener.topic) ?? new Set();
    this.listeners.set(listener.topic, sharing.add(listener));
    this.reader ??= this.openReader();
    await this.reader.ready;
  }

  remove(listener: FeedListener): void {
    const sharing = this.listeners.get(listener.topic);
    sharing?.delete(listener);
    if (sharing?.size === 0) this.listeners.delete(listener.topic);
    if (this.listeners.size === 0) void this.stop();
  }

  async stop(): Promise<void> {
    const { reader } = this;
    this.reader = undefined;
    await reader?.stop();
  }

  private openReader(): PointerReader {
    const { streams, events, connect } = this.parts;
    return new PointerReader({
      redis: connect(),
      streams,
      events,
      deliver: async (pointers, cursor) => this.deliver(pointers, cursor),
      onLost: () => this.lose(),
    });
  }

  /** All bodies first: what follows cannot fail half way, and nobody can join in the middle of it. */
  private async deliver(pointers: readonly EventPointer[], cursor: StreamCursor): Promise<void> {
    const wanted = pointers.filter((pointer) => this.listenersFor(pointer).length > 0);
    const bodyOf = await this.parts.bodies.of(wanted);
    // A reader that was stopped meanwhile has no say in what its successor's listeners hear.
    if (this.cursor !== cursor) return;
    for (const pointer of pointers) {
      cursor.moveTo(pointer.shard, pointer.streamId);
      const event = SharedEvent.of(bodyOf(pointer));
      if (event) for (const listener of this.listenersFor(pointer)) listener.hear(pointer, event);
    }
  }

  private listenersFor(pointer: EventPointer): FeedListener[] {
    const { directiveId, tenant } = pointer;
    const topics = [this.listeners.get(directiveId) ?? [], this.listeners.get(topicOfTenant(tenant)) ?? []];
    return topics.flatMap((listeners) => [...listeners].filter((listener) => listener.wants(pointer)));
  }

  private lose(): void {
    for (const listener of [...this.listeners.values()].flatMap((sharing) => [...sharing])) listener.lose();
  }
}
