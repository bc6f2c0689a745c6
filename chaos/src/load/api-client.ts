import { readFileSync } from 'node:fs';
import { sleep } from '../run/clock.js';

export interface Answer {
  status: number;
  body: unknown;
}

const answerWithinMs = 6_000;
const pauseMs = 200;

/** The HTTP API as a client should use it: any orchestrator will do, and whatever has no clear answer is asked again. */
export class ApiClient {
  private turn = 0;
  private key = '';

  /** `ownerKeyFile` is made by the first orchestrator that starts. */
  constructor(
    private readonly urls: readonly string[],
    private readonly ownerKeyFile: string,
  ) {}

  /** undefined when the reply is unknown: no answer, a 5xx, or to come again later. */
  async once(
    method: string,
    path: string,
    body?: unknown,
    headers: Record<string, string> = {},
  ): Promise<Answer | undefined> {
    const url = this.urls[(this.turn += 1) % this.urls.length]!;
    try {
      const response = await fetch(`${url}/api/v1${path}`, {
        method,
        signal: AbortSignal.timeout(answerWithinMs),
        headers: {
          ...this.credential(),
          ...headers,
          ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      });
      const text = await response.text();
      if (response.status >= 500 || response.headers.has('retry-after')) return undefined;
      return { status: response.status, body: text === '' ? null : (JSON.parse(text) as unknown) };
    } catch {
      return undefined;
    }
  }

  private credential(): { authorization: string } {
    this.key ||= readFileSync(this.ownerKeyFile, 'utf8').trim();
    return { authorization: `Bearer ${this.key}` };
  }

  /** Asks until it knows the answer. */
  async send(method: string, path: string, body?: unknown, headers?: Record<string, string>): Promise<Answer> {
    for (;;) {
      const answer = await this.once(method, path, body, headers);
      if (answer) return answer;
      await sleep(pauseMs);
    }
  }
}
