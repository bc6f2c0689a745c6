import type { EventFollower, EventSink } from '#libs/state';

/** One client of a stream, however it is connected. */
export interface StreamClient extends EventSink {
  /** With a position the client learns it before any event, and can come again with it. */
  begin(position?: string): void;
  heartbeat(position?: string): void;
  /** This process goes; the client may come again to another. */
  leave(): void;
  onClosed(heard: () => void): void;
}

export interface StreamStart {
  follower: EventFollower;
  /** Whether the client is told its position also when there is no event for it: where its own `seq` does not say it. */
  tellsPosition: boolean;
}

type Open = StreamStart & { client: StreamClient };

/** The streams that are open in this process: keeps them alive, and ends them with it. */
export class OpenStreams {
  private readonly open = new Set<Open>();
  private timer: NodeJS.Timeout | undefined;
  private isClosed = false;

  constructor(private readonly heartbeatMs: number) {}

  /** `client` is ours from here on. */
  start(client: StreamClient, { follower, tellsPosition }: StreamStart): void {
    const stream: Open = { client, follower, tellsPosition };
    client.onClosed(() => this.forget(stream));
    // No answer instead of a refusal: an EventSource comes again after a lost connection, and never after a status.
    if (this.isClosed) return client.drop();
    this.open.add(stream);
    this.timer ??= setInterval(() => this.beat(), this.heartbeatMs).unref();
    client.begin(positionOf(stream));
    follower.start(client);
  }

  close(): void {
    this.isClosed = true;
    for (const { client } of this.open) client.leave();
  }

  private beat(): void {
    for (const stream of this.open) stream.client.heartbeat(positionOf(stream));
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
