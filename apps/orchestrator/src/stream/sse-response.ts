import type { ServerResponse } from 'node:http';
import type { SharedEvent } from '#libs/state';
import type { StreamClient } from './open-streams.js';

/** A client that leaves so much unread is dropped and comes again with its position; kept, it would fill our memory. */
const maxUnsentBytes = 1024 * 1024;
const retryMs = 1_000;

const headers = {
  'content-type': 'text/event-stream',
  'cache-control': 'no-store',
  'x-content-type-options': 'nosniff',
  // nginx would collect events before it hands them on.
  'x-accel-buffering': 'no',
  connection: 'close',
};

function frameOf({ view, json }: SharedEvent, position: string): Buffer {
  return Buffer.from(`id: ${position}\nevent: ${view.type}\ndata: ${json}\n\n`);
}

/** One client's answer as a stream of server-sent events. */
export class SseResponse implements StreamClient {
  private lastPosition: string | undefined;
  private wake = (): void => undefined;

  constructor(private readonly raw: ServerResponse) {
    raw
      .on('error', () => undefined)
      .on('drain', () => this.wake())
      .on('close', () => this.wake());
  }

  get isOpen(): boolean {
    return !this.raw.destroyed && !this.raw.writableEnded;
  }

  begin(position?: string): void {
    this.raw.writeHead(200, headers);
    if (this.raw.req.method === 'HEAD') return this.end();
    this.raw.write(`retry: ${retryMs}\n${this.idLine(position)}\n`);
  }

  send(event: SharedEvent, position: string): void {
    this.lastPosition = position;
    this.write(event.frame(position, frameOf));
  }

  /** A client that gets nothing of its own must not come again with a position that is long gone. */
  heartbeat(position?: string): void {
    this.write(`: hb\n${this.idLine(position)}\n`);
  }

  async room(): Promise<void> {
    if (!this.raw.writableNeedDrain || !this.isOpen) return;
    await new Promise<void>((resolve) => (this.wake = resolve));
  }

  end(): void {
    if (this.isOpen) this.raw.end();
  }

  /** Whoever comes again is told why. */
  refuse(): void {
    this.end();
  }

  leave(): void {
    this.end();
  }

  drop(): void {
    this.raw.destroy();
  }

  onClosed(heard: () => void): void {
    this.raw.once('close', heard);
  }

  private idLine(position: string | undefined): string {
    if (position === undefined || position === this.lastPosition) return '';
    this.lastPosition = position;
    return `id: ${position}\n`;
  }

  private write(bytes: Buffer | string): void {
    if (!this.isOpen) return;
    const was = this.raw.writableLength;
    this.raw.write(bytes);
    // Only what is left a moment later: what comes in one go has had no chance to leave yet.
    if (was <= maxUnsentBytes && this.isTooFull()) setImmediate(() => this.isTooFull() && this.drop());
  }

  private isTooFull(): boolean {
    return this.raw.writableLength > maxUnsentBytes;
  }
}
