import { Agent, request } from 'node:http';
import type { ApiRequest } from './api-request.js';

export interface RawAnswer {
  status: number;
  headers: Headers;
  text: string;
}

/** The most a stream is read: it has no end. */
const streamMs = 50;

/** Requests as they are written: `fetch` would tidy up their paths. */
export class RawExchange {
  private readonly agent = new Agent({ keepAlive: true, maxSockets: 8 });

  constructor(
    private readonly url: string,
    /** Sent with every request. */
    private readonly always: Record<string, string>,
  ) {}

  async send({ method, target, headers, body }: ApiRequest): Promise<RawAnswer> {
    const { promise, resolve, reject } = Promise.withResolvers<RawAnswer>();
    const length = body === undefined ? {} : { 'content-length': String(Buffer.byteLength(body)) };
    const outgoing = request(this.url, {
      method,
      path: target,
      agent: this.agent,
      headers: { ...this.always, ...headers, ...length },
    });
    outgoing.once('error', reject);
    outgoing.once('response', (incoming) => {
      const chunks: Buffer[] = [];
      const answer = (): void =>
        resolve({
          status: incoming.statusCode!,
          headers: new Headers(Object.entries(incoming.headers).map(([name, value]) => [name, String(value)])),
          text: Buffer.concat(chunks).toString(),
        });
      incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
      incoming.once('end', answer);
      incoming.once('error', reject);
      if (!String(incoming.headers['content-type']).startsWith('text/event-stream')) return;
      setTimeout(() => {
        answer();
        outgoing.destroy();
      }, streamMs);
    });
    outgoing.end(body);
    return promise;
  }

  close(): void {
    this.agent.destroy();
  }
}
