import { once } from 'node:events';
import { get, type IncomingMessage } from 'node:http';
import { DirectiveEvent, type Json } from '#libs/contracts';

export interface SseEvent {
  id: string;
  type: string;
  view: DirectiveEvent;
}

/** A client without any library: what is not ended by an empty line counts for nothing, as the standard says. */
export class SseClient {
  readonly events: SseEvent[] = [];
  /** Lines that are no field of an event. */
  readonly comments: string[] = [];
  lastEventId = '';
  retryMs: number | undefined;
  private rest = '';
  private block: Record<string, string> = {};
  private readonly waiting = new Set<() => void>();
  isEnded = false;
  /** Resolves when there is nothing more to read. */
  readonly closed: Promise<void>;
  private readonly closing = Promise.withResolvers<void>();

  private constructor(readonly response: IncomingMessage) {
    this.closed = this.closing.promise;
    response.setEncoding('utf8').on('data', (text: string) => this.read(text));
    // A cut connection is an end like any other to a client that comes again.
    response.on('error', () => undefined).on('close', () => this.end());
  }

  /** Rejects when nobody listens. */
  static async open(url: string, headers: Record<string, string> = {}): Promise<SseClient> {
    const request = get(url, { headers, agent: false });
    const [response] = (await once(request, 'response')) as [IncomingMessage];
    request.on('error', () => undefined);
    return new SseClient(response);
  }

  /** Goes on with an answer that was left unread. */
  static reading(response: IncomingMessage): SseClient {
    return new SseClient(response);
  }

  get status(): number {
    return this.response.statusCode!;
  }

  get ids(): string[] {
    return this.events.map(({ id }) => id);
  }

  get views(): DirectiveEvent[] {
    return this.events.map(({ view }) => view);
  }

  /** Waits until it is so; throws after 20 s. */
  async until(isIt: () => boolean): Promise<void> {
    const deadline = performance.now() + 20_000;
    while (!isIt()) {
      const leftMs = deadline - performance.now();
      if (leftMs <= 0) throw new Error(`not in 20 s; ${this.events.length} events, the last ${this.ids.at(-1)}`);
      const { promise, resolve } = Promise.withResolvers<void>();
      this.waiting.add(resolve);
      const timer = setTimeout(resolve, leftMs);
      await promise;
      clearTimeout(timer);
      this.waiting.delete(resolve);
    }
  }

  async ended(): Promise<this> {
    await this.until(() => this.isEnded);
    return this;
  }

  close(): void {
    this.response.destroy();
  }

  private read(text: string): void {
    const lines = (this.rest + text).split('\n');
    this.rest = lines.pop()!;
    for (const line of lines) this.readLine(line);
    this.wake();
  }

  private readLine(line: string): void {
    if (line === '') this.dispatch();
    else if (line.startsWith(':')) this.comments.push(line);
    else {
      const colon = line.indexOf(': ');
      this.block[line.slice(0, colon)] = line.slice(colon + 2);
    }
  }

  private dispatch(): void {
    const { id, event, data, retry } = this.block;
    this.block = {};
    if (retry !== undefined) this.retryMs = Number(retry);
    if (id !== undefined) this.lastEventId = id;
    if (data === undefined) return;
    const view = DirectiveEvent.parse(JSON.parse(data) as Json);
    this.events.push({ id: this.lastEventId, type: event ?? '', view });
  }

  private end(): void {
    this.isEnded = true;
    this.closing.resolve();
    this.wake();
  }

  private wake(): void {
    for (const resolve of this.waiting) resolve();
  }
}
