import { createHmac } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { DirectiveEvent } from '#libs/contracts';

export interface Received {
  path: string;
  id: string;
  timestamp: number;
  signature: string;
  text: string;
  event: DirectiveEvent;
}

/** undefined never answers. */
type Answer = { status: number; text?: string; headers?: Record<string, string> } | undefined;

/** A receiver of webhooks on this machine, which answers as a test wants it to. */
export class HookReceiver {
  readonly received: Received[] = [];
  /** How many sockets came, whatever was said on them. */
  connections = 0;
  private readonly answers: Answer[] = [];
  private readonly waiting = new Set<() => void>();

  private constructor(private readonly server: Server) {
    server.on('connection', () => (this.connections += 1));
    server.on('request', (request: IncomingMessage, response: ServerResponse) => void this.take(request, response));
  }

  static async open(): Promise<HookReceiver> {
    const server = createServer();
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return new HookReceiver(server);
  }

  /** By a name, so that it is looked up. */
  get url(): string {
    return `http://localhost:${(this.server.address() as AddressInfo).port}`;
  }

  /** The next requests get these answers, in turn; all others 204. */
  answerWith(...answers: Answer[]): void {
    this.answers.splice(0, Infinity, ...answers);
  }

  at(path: string): Received[] {
    return this.received.filter((one) => one.path === path);
  }

  async until(isIt: () => boolean, timeoutMs = 20_000): Promise<void> {
    const deadline = performance.now() + timeoutMs;
    while (!isIt()) {
      if (performance.now() > deadline) throw new Error(`only ${this.received.map(({ id }) => id).join(', ')} came`);
      const { promise, resolve } = Promise.withResolvers<void>();
      this.waiting.add(resolve);
      const timer = setTimeout(resolve, deadline - performance.now());
      await promise;
      clearTimeout(timer);
    }
  }

  async close(): Promise<void> {
    this.server.closeAllConnections();
    this.server.close();
    await once(this.server, 'close');
  }

  private async take(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const text = Buffer.concat(chunks).toString();
    const header = (name: string): string => String(request.headers[name]);
    const received = {
      path: request.url ?? '',
      id: header('webhook-id'),
      timestamp: Number(header('webhook-timestamp')),
      signature: header('webhook-signature'),
      text,
      event: (JSON.parse(text) as { data: DirectiveEvent }).data,
    };
    this.received.push(received);
    const answer = this.answers.length > 0 ? this.answers.shift() : { status: 204 };
    if (answer) response.writeHead(answer.status, answer.headers).end(answer.text);
    for (const wake of this.waiting) wake();
    this.waiting.clear();
  }
}

/** As a receiver verifies it, by the specification. */
export function isSignedWith(secret: string, { id, timestamp, text, signature }: Received): boolean {
  const key = Buffer.from(secret.replace('whsec_', ''), 'base64');
  const expected = createHmac('sha256', key).update(`${id}.${timestamp}.${text}`).digest('base64');
  return signature === `v1,${expected}` && Math.abs(Date.now() / 1_000 - timestamp) < 300;
}
