import { once } from 'node:events';
import { WebSocket, type ClientOptions } from 'ws';
import { DirectiveEvent } from '#libs/contracts';

interface Message {
  id: string;
  event?: DirectiveEvent;
}

/** Reads a stream over a WebSocket. */
export class WsClient {
  readonly messages: Message[] = [];
  closeCode: number | undefined;
  pings = 0;
  private readonly waiting = new Set<() => void>();

  private constructor(readonly socket: WebSocket) {
    socket
      .on('message', (data: Buffer) => {
        this.messages.push(JSON.parse(data.toString()) as Message);
        this.wake();
      })
      .on('ping', () => (this.pings += 1))
      .on('error', () => undefined)
      .on('close', (code: number) => {
        this.closeCode = code;
        this.wake();
      });
  }

  static async open(url: string, options: ClientOptions = {}): Promise<WsClient> {
    const client = new WsClient(new WebSocket(url.replace(/^http/, 'ws'), options));
    await once(client.socket, 'open');
    return client;
  }

  /** What a handshake is refused with. */
  static async refusal(url: string, options: ClientOptions = {}): Promise<{ status: number; code: string }> {
    const socket = new WebSocket(url.replace(/^http/, 'ws'), options).on('error', () => undefined);
    const [, response] = (await once(socket, 'unexpected-response')) as [unknown, NodeJS.ReadableStream];
    const chunks: Buffer[] = [];
    for await (const chunk of response) chunks.push(chunk as Buffer);
    const { status, code } = JSON.parse(Buffer.concat(chunks).toString()) as { status: number; code: string };
    return { status, code };
  }

  get events(): { id: string; view: DirectiveEvent }[] {
    return this.messages.flatMap(({ id, event }) => (event ? [{ id, view: DirectiveEvent.parse(event) }] : []));
  }

  get lastId(): string {
    return this.messages.at(-1)?.id ?? '';
  }

  /** Waits until it is so; throws after 20 s. */
  async until(isIt: () => boolean): Promise<void> {
    const deadline = performance.now() + 20_000;
    while (!isIt()) {
      if (performance.now() > deadline) throw new Error(`not in 20 s; ${this.messages.length} messages`);
      const { promise, resolve } = Promise.withResolvers<void>();
      this.waiting.add(resolve);
      const timer = setTimeout(resolve, 200);
      await promise;
      clearTimeout(timer);
      this.waiting.delete(resolve);
    }
  }

  async closed(): Promise<number> {
    await this.until(() => this.closeCode !== undefined);
    return this.closeCode!;
  }

  private wake(): void {
    for (const resolve of this.waiting) resolve();
  }
}
