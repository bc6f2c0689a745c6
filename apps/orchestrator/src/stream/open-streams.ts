import { CocError } from '#libs/contracts';
import type { EventFollower, EventSink } from '#libs/state';
import type { Caller } from '../identity/caller.js';

/** One client of a stream, however it is connected. */
export interface StreamClient extends EventSink {
  /** With a position the client learns it before any event, and can come again with it. */
  begin(position?: string): void;
  heartbeat(position?: string): void;
  /** This process goes; the client may come again to another. */
  leave(): void;
  /** Its credential was revoked or has expired. */
  refuse(): void;
  onClosed(heard: () => void): void;
}

export interface StreamStart {
  follower: EventFollower;
  /** Whether the client is told its position also when there is no event for it: where its own `seq` does not say it. */
  tellsPosition: boolean;
  caller: Caller;
}

/** How many streams may be open in one process. */
export interface StreamLimits {
  ofAll: number;
  ofTenant: number;
  ofActor: number;
}

type Open = StreamStart & { client: StreamClient };

/** The streams that are open in this process: keeps them alive while their credentials are good, and ends them with it. */
export class OpenStreams {
  private readonly open = new Set<Open>();
  private timer: NodeJS.Timeout | undefined;
  private isClosed = false;

  constructor(
    private readonly heartbeatMs: number,
    private readonly most: StreamLimits,
  ) {}

  /** Throws RATE_LIMITED, and UNAVAILABLE where the process has no room at all; then the stream is over before it began. */
  checkRoomFor({ caller, follower }: StreamStart): void {
    const refusal = this.refusalOf(caller);
    if (refusal === undefined) return;
    follower.stop();
    throw refusal;
  }

  /** `client` is ours from here on. */
  start(client: StreamClient, start: StreamStart): void {
    const stream: Open = { client, ...start };
    client.onClosed(() => this.forget(stream));
    // No answer instead of a refusal: an EventSource comes again after a lost connection, and never after a status.
    if (this.isClosed) return client.drop();
    this.open.add(stream);
    this.timer ??= setInterval(() => this.beat(), this.heartbeatMs).unref();
    client.begin(positionOf(stream));
    start.follower.start(client);
  }

  close(): void {
    this.isClosed = true;
    for (const { client } of this.open) client.leave();
  }

  private refusalOf({ principal: { tenant, actor } }: Caller): CocError | undefined {
    const ofTenant = [...this.open].filter(({ caller }) => caller.principal.tenant === tenant);
    const ofActor = ofTenant.filter(({ caller }) => caller.principal.actor === actor);
    const hint = { retryAfterMs: this.heartbeatMs };
    const tooMany = (whose: string): CocError =>
      new CocError('RATE_LIMITED', `${whose} has as many event streams open as it may; close one`, [], hint);
    if (ofActor.length >= this.most.ofActor) return tooMany(actor);
    if (ofTenant.length >= this.most.ofTenant) return tooMany(`the tenant ${tenant}`);
    if (this.open.size < this.most.ofAll) return undefined;
    return new CocError('UNAVAILABLE', 'this server has no room for another event stream', [], hint);
  }

  private beat(): void {
    for (const stream of this.open) {
      stream.client.heartbeat(positionOf(stream));
      void this.look(stream);
    }
  }

  private async look({ caller, client, follower }: Open): Promise<void> {
    if (await caller.isStillGood()) return;
    follower.stop();
    client.refuse();
  }

  private forget(stream: Open): void {
    stream.follower.stop();
    this.open.delete(stream);
    if (this.open.size > 0) return;
    clearInterval(this.timer);
    this.timer = undefined;
  }
}

function positionOf({ follower, tellsPosition }: Open): string | undefined {
  return tellsPosition ? follower.position() : undefined;
}
