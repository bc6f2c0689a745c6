import { assertDescribed } from '../flow/described-answers.js';
import type { Json } from '#libs/contracts';
import type { ApiRequest } from './api-request.js';
import type { RawAnswer, RawExchange } from './raw-exchange.js';

/** How many directives stand behind `id-0`, `id-1` and so on: the newest that were accepted. */
const pool = 12;
export const placeholders = Array.from({ length: pool }, (_, at) => `id-${at}`);

const leaks = /\n\s+at |node_modules|ReplyError|WRONGTYPE|user_script|TypeError|ioredis/;

/** What a run met, by `<operationId> <status>`, and what must not be. */
export interface FuzzReport {
  counts: Map<string, number>;
  faults: string[];
}

/** Sends requests, several at a time, and holds each answer against the document. */
export class FuzzRun {
  readonly report: FuzzReport = { counts: new Map(), faults: [] };
  private readonly ids: string[] = [];
  private accepted = 0;

  /** `refill` submits another directive. */
  constructor(
    private readonly exchange: RawExchange,
    private readonly refill: () => Promise<string>,
  ) {}

  private remember(id: string): void {
    this.ids[this.accepted++ % pool] = id;
  }

  async run(requests: readonly ApiRequest[], lanes = 8): Promise<FuzzReport> {
    for (let at = 0; at < pool; at += 1) this.remember(await this.refill());
    const line = requests.values();
    const work = async (): Promise<void> => {
      for (const request of line) await this.try(this.aimed(request));
    };
    await Promise.all(Array.from({ length: lanes }, work));
    return this.report;
  }

  private aimed(request: ApiRequest): ApiRequest {
    const known = (text: string): string => text.replaceAll(/\bid-(\d+)\b/g, (_, at: string) => this.ids[Number(at)]!);
    const aimed = { ...request, target: known(request.target) };
    return request.body === undefined ? aimed : { ...aimed, body: known(request.body) };
  }

  private async try(request: ApiRequest): Promise<void> {
    try {
      const answer = await this.exchange.send(request);
      this.judge(request, answer);
      // What is deleted or over answers little more: there is always something that is not.
      if (request.method === 'DELETE' && answer.status === 204) this.remember(await this.refill());
    } catch (error) {
      this.report.faults.push(`${JSON.stringify(request).slice(0, 3_000)}\n  ${String(error)}`);
    }
  }

  private judge({ operationId, method, target }: ApiRequest, answer: RawAnswer): void {
    const { status, headers, text } = answer;
    const name = `${operationId} ${status}`;
    this.report.counts.set(name, (this.report.counts.get(name) ?? 0) + 1);
    if (status >= 500) throw new Error(`answered ${status}: ${text.slice(0, 500)}`);
    if (status >= 400 && leaks.test(text)) throw new Error(`says too much: ${text.slice(0, 500)}`);
    const isJson = /json/.test(headers.get('content-type') ?? '') && text !== '';
    const json = isJson ? (JSON.parse(text) as Json) : null;
    assertDescribed(method, target, { status, headers, json });
    if (status === 202) this.remember((json as { id: string }).id);
  }
}
