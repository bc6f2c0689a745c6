import { connect, type Socket } from 'node:net';
import { Conversation, type Answer } from './conversation.js';
import { OneWay } from './one-way.js';
import type { Weather } from './weather.js';

/** What a link asks of, and tells to, the proxy it belongs to. */
export interface LinkSide {
  targetPort: number;
  weather: () => Weather;
  random: () => number;
  /** True when the reply to this request is to be swallowed. */
  doom: (name: string) => boolean;
  asked: (count: number) => void;
  answered: () => void;
  delayed: () => void;
  /** A request went out, the server did it, and nobody will hear of it. */
  dropped: (name: string) => void;
  /** The doomed request was answered by an error, or the connection ended before: nothing was swallowed. */
  spared: () => void;
  ended: (link: Link) => void;
}

/** One connection of a client, and the one to the server behind it. */
export class Link {
  private readonly server: Socket;
  private readonly conversation: Conversation;
  private readonly out: OneWay;
  private readonly back: OneWay;
  private isOver = false;

  constructor(
    private readonly client: Socket,
    private readonly side: LinkSide,
  ) {
    this.server = connect({ port: side.targetPort, host: '127.0.0.1', noDelay: true });
    this.conversation = new Conversation(side.doom);
    const { weather, random, delayed: onDelay } = side;
    this.out = new OneWay(this.server, weather, { random, isReply: false, onDelay });
    this.back = new OneWay(client, weather, { random, isReply: true, onDelay });
    client.setNoDelay(true).on('data', (chunk) => this.forward(chunk));
    this.server.on('data', (chunk) => this.bringBack(chunk));
    for (const [socket, other] of [
      [client, this.out],
      [this.server, this.back],
    ] as const) {
      socket.on('end', () => other.end());
      // A refused or broken connection breaks the other side, too.
      socket.on('error', () => this.reset());
      socket.on('close', () => this.finish());
    }
  }

  wake(): void {
    this.out.wake();
    this.back.wake();
  }

  /** RST to the client; the server sees the connection end. */
  reset(): void {
    if (!this.client.destroyed) this.client.resetAndDestroy();
    this.server.destroy();
    this.finish();
  }

  private forward(chunk: Buffer): void {
    this.side.asked(this.conversation.asked(chunk).length);
    this.out.send(chunk);
  }

  /** Replies before the doomed one are delivered, it and all after it are not. */
  private bringBack(chunk: Buffer): void {
    if (this.isOver) return;
    for (const answer of this.conversation.answered(chunk)) {
      if (this.swallows(answer)) return this.reset();
      this.back.send(answer.frame.bytes);
    }
  }

  private swallows({ request, isExecuted }: Answer): boolean {
    if (request === undefined) return false;
    this.side.answered();
    if (!request.isDoomed) return false;
    if (isExecuted) this.side.dropped(request.name);
    else this.side.spared();
    return isExecuted;
  }

  private finish(): void {
    if (this.isOver) return;
    this.isOver = true;
    this.out.drop();
    this.back.drop();
    for (let left = this.conversation.doomed; left > 0; left -= 1) this.side.spared();
    this.side.ended(this);
  }
}
