import { WebSocket } from 'ws';
import type { SharedEvent } from '#libs/state';
import type { StreamClient } from './open-streams.js';

/** Why a stream over a WebSocket was closed; docs/streams.md has what a client does then. */
const closeCodes = {
  over: 1000,
  leaving: 1001,
  nothingToSay: 1008,
  lost: 4001,
  tooSlow: 4008,
  notAllowed: 4003,
} as const;

/** As over SSE: a client that leaves so much unread is closed and comes again with its position. */
const maxUnsentBytes = 1024 * 1024;
/** While it catches up, the next is sent when no more than this waits. */
const roomBytes = 64 * 1024;
/** Two heartbeats of the longest kind, and some. */
const silentMs = 75_000;
/** To read what was sent, and why it was closed. */
const closeWithinMs = 5_000;
const leaveWithinMs = 1_000;

function frameOf({ json }: SharedEvent, position: string): Buffer {
  return Buffer.from(`{"id":${JSON.stringify(position)},"event":${json}}`);
}

/** One client's WebSocket: each event is a message `{id, event}`, a position without an event `{id}`. */
export class WebSocketClient implements StreamClient {
  private lastPosition: string | undefined;
  private heardAt = performance.now();
  private wake = (): void => undefined;

  constructor(private readonly socket: WebSocket) {
    socket
      .on('error', () => undefined)
      .on('pong', () => this.hear())
      .on('message', () => this.close(closeCodes.nothingToSay, 'nothing is taken here'))
      .on('close', () => this.wake());
  }

  get isOpen(): boolean {
    return this.socket.readyState === WebSocket.OPEN;
  }

  begin(position?: string): void {
    this.tell(position);
  }

  send(event: SharedEvent, position: string): void {
    this.lastPosition = position;
    // By another name than the bytes of the same event over SSE.
    this.write(event.frame(`ws ${position}`, (each) => frameOf(each, position)));
  }

  heartbeat(position?: string): void {
    if (performance.now() - this.heardAt > silentMs) return this.socket.terminate();
    if (!this.isOpen) return;
    this.tell(position);
    this.socket.ping();
  }

  async room(): Promise<void> {
    while (this.isOpen && this.socket.bufferedAmount > roomBytes) {
      await new Promise<void>((resolve) => (this.wake = resolve));
    }
  }

  end(): void {
    this.close(closeCodes.over, 'nothing follows');
  }

  drop(): void {
    this.close(closeCodes.lost, 'come again with your position');
  }

  refuse(): void {
    this.close(closeCodes.notAllowed, 'the credential is not good any more');
  }

  leave(): void {
    this.close(closeCodes.leaving, 'this server stops', leaveWithinMs);
  }

  onClosed(heard: () => void): void {
    this.socket.once('close', heard);
  }

  private tell(position: string | undefined): void {
    if (position === undefined || position === this.lastPosition) return;
    this.lastPosition = position;
    this.write(JSON.stringify({ id: position }));
  }

  private write(message: Buffer | string): void {
    if (!this.isOpen) return;
    const was = this.socket.bufferedAmount;
    this.socket.send(message, { binary: false }, (error) => error || this.hear());
    // Only what is left a moment later: what comes in one go has had no chance to leave yet.
    if (was <= maxUnsentBytes && this.isTooFull()) setImmediate(() => this.isTooFull() && this.closeSlow());
  }

  private closeSlow(): void {
    this.close(closeCodes.tooSlow, 'too slow; come again with your position');
  }

  private close(code: number, reason: string, withinMs = closeWithinMs): void {
    if (!this.isOpen) return;
    this.socket.close(code, reason);
    const timer = setTimeout(() => this.socket.terminate(), withinMs);
    this.socket.once('close', () => clearTimeout(timer));
  }

  private isTooFull(): boolean {
    return this.socket.bufferedAmount > maxUnsentBytes;
  }

  private hear(): void {
    this.heardAt = performance.now();
    this.wake();
  }
}
