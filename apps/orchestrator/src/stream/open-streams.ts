import type { ServerResponse } from 'node:http';
import type { EventFollower } from '#libs/state';
import { SseResponse } from './sse-response.js';

export interface StreamStart {
  follower: EventFollower;
  /** Whether the client is told its position also when there is no event for it: where its own `seq` does not say it. */
  tellsPosition: boolean;
}

type Open = StreamStart & { response: SseResponse };

/** The streams that are open in this process: keeps them alive, and ends them with it. */
export class OpenStreams {
  private readonly open = new Set<Open>();
  private timer: NodeJS.Timeout | undefined;
  private isClosed = false;

  constructor(private readonly heartbeatMs: number) {}

  /** `raw` is ours from here on. */
  start(raw: ServerResponse, { follower, tellsPosition }: StreamStart): void {
    const stream: Open = { response: new SseResponse(raw), follower, tellsPosition };
    raw.once('close', () => this.forget(stream));
    // No answer instead of a refusal: an EventSource comes again after a lost connection, and never after a status.
    if (this.isClosed) return void raw.destroy();
    this.open.add(stream);
    this.timer ??= setInterval(() => this.beat(), this.heartbeatMs).unref();
    stream.response.begin(positionOf(stream));
    if (raw.req.method === 'HEAD') stream.response.end();
    else follower.start(stream.response);
  }

  close(): void {
    this.isClosed = true;
    for (const { response } of this.open) response.end();
  }

  private beat(): void {
    for (const stream of this.open) stream.response.heartbeat(positionOf(stream));
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
