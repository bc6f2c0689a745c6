import { createParser } from 'eventsource-parser';
import { ForeignAnswerError, ServerUnreachableError } from './client-error.js';
import { credentialOf, noAnswer, parseBody, reasonOf, refusalOf } from './exchange.js';
import type { ServerAddress } from './server-address.js';

/** What a stream says: a position, an event's data, the pause before a reconnect, or only that it lives. */
export type StreamPart = { id: string } | { data: string } | { retryMs: number } | { alive: true };

export interface ConnectionOptions {
  server: ServerAddress;
  path: string;
  lastEventId: string | undefined;
  signal: AbortSignal;
  /** Without a byte for so long the connection counts as dead. The server sends a heartbeat every 15 s. */
  quietMs: number;
}

// One event is below 1 MB; what grows beyond this is no event stream.
const maxBufferChars = 16 * 1024 * 1024;

/** One response of an event stream, with a watchdog. Throws like the client's methods. */
export class StreamConnection {
  private readonly leave = new AbortController();
  private isQuiet = false;
  private hasStarted = false;

  constructor(private readonly options: ConnectionOptions) {}

  /** True when the watchdog ended it before anything came. */
  get wasMute(): boolean {
    return this.isQuiet && !this.hasStarted;
  }

  /** The parts of the response as they come; returns at its end. False: 204, there is nothing more to come. */
  async *parts(): AsyncGenerator<StreamPart, boolean> {
    try {
      const response = await this.watched(() => this.open());
      if (response.status === 204) return false;
      yield* this.read(response);
      return true;
    } catch (error) {
      this.options.signal.throwIfAborted();
      throw this.isQuiet ? this.silence() : error;
    } finally {
      this.leave.abort();
    }
  }

  private async open(): Promise<Response> {
    const { server, path, lastEventId, signal } = this.options;
    const headers = {
      ...credentialOf(server),
      accept: 'text/event-stream',
      ...(lastEventId !== undefined && { 'last-event-id': lastEventId }),
    };
    const leave = AbortSignal.any([signal, this.leave.signal]);
    const response = await fetch(`${server.url}${path}`, { headers, signal: leave }).catch((cause: unknown) => {
      throw noAnswer(server, cause);
    });
    const { status } = response;
    if (status >= 400) throw refusalOf({ status, body: parseBody(await response.text()) }, server.url);
    const type = response.headers.get('content-type') ?? '';
    if (status !== 204 && !type.startsWith('text/event-stream')) {
      throw new ForeignAnswerError(server.url, status, `${type || 'no type'} instead of an event stream`);
    }
    return response;
  }

  private async *read(response: Response): AsyncGenerator<StreamPart> {
    const { url } = this.options.server;
    const reader = response.body!.getReader();
    const decoder = new TextDecoder();
    let parts: StreamPart[] = [];
    const parser = createParser({
      maxBufferSize: maxBufferChars,
      onId: (id) => parts.push({ id }),
      onEvent: ({ data }) => parts.push({ data }),
      onRetry: (retryMs) => parts.push({ retryMs }),
      onError: ({ type }) => {
        if (type === 'max-buffer-size-exceeded') throw new ForeignAnswerError(url, response.status, 'an endless event');
      },
    });
    for (;;) {
      const chunk = await this.watched(() => reader.read()).catch((cause: unknown) => {
        throw new ServerUnreachableError(url, `the event stream of ${url} broke: ${reasonOf(cause)}`, { cause });
      });
      if (chunk.done) return;
      this.hasStarted = true;
      parser.feed(decoder.decode(chunk.value, { stream: true }));
      yield* parts.length > 0 ? parts : [{ alive: true as const }];
      parts = [];
    }
  }

  /** The watch is on only while we wait for the server: a slow reader of ours is not its silence. */
  private async watched<T>(question: () => Promise<T>): Promise<T> {
    const timer = setTimeout(() => {
      this.isQuiet = true;
      this.leave.abort();
    }, this.options.quietMs);
    try {
      return await question();
    } finally {
      clearTimeout(timer);
    }
  }

  private silence(): ServerUnreachableError {
    const { server, quietMs } = this.options;
    const message = `the event stream of ${server.url} was silent for ${quietMs / 1_000} s`;
    return new ServerUnreachableError(server.url, message);
  }
}
