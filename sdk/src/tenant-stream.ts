import { setTimeout as sleep } from 'node:timers/promises';
import { ApiError, CocClient, type ServerAddress, type StreamedEvent } from '#libs/client';
import type { DirectiveEvent } from '#libs/contracts';
import { failureOf } from './failure-of.js';
import { ChainOfCommandError } from './sdk-error.js';

export interface TenantStreamParts {
  /** Asked at the start and whenever the server has been away for long: it may come back elsewhere. */
  findServer(): Promise<ServerAddress>;
  onEvent(event: DirectiveEvent): void;
  onError(error: Error): void;
}

// After this the address is looked up anew; a restart on the same port takes 1 to 3 s.
const patienceMs = 10_000;
const pauseMs = 5_000;

/** The events of all directives from now on, until `close`: over restarts of the server, and on from now after a 410. */
export class TenantStream {
  private readonly leave = new AbortController();
  /** Resolves when the server has noted the beginning, or could not be asked; never rejects. */
  readonly opened: Promise<void>;
  private open = (): void => undefined;
  private position: string | undefined;
  private lastFault: string | undefined;
  private address: ServerAddress | undefined;

  constructor(private readonly parts: TenantStreamParts) {
    // Promise.withResolvers came with Node 22, and a client may have 20.
    this.opened = new Promise((resolve) => (this.open = resolve));
    void this.run();
  }

  /** Undefined before the first answer. */
  get url(): string | undefined {
    return this.address?.url;
  }

  close(): void {
    this.leave.abort();
    this.open();
  }

  private async run(): Promise<void> {
    while (!this.leave.signal.aborted) {
      try {
        this.address = await this.parts.findServer();
        for await (const { event } of this.listen(this.address)) this.parts.onEvent(event);
      } catch (error) {
        await this.recover(error);
      }
    }
  }

  private listen(address: ServerAddress): AsyncGenerator<StreamedEvent> {
    return new CocClient(address, this.leave.signal).streamEvents({
      after: this.position,
      patienceMs,
      onBreak: (error) => this.report(error),
      onPosition: (id) => this.moveTo(id),
    });
  }

  private moveTo(position: string): void {
    this.position = position;
    this.lastFault = undefined;
    this.open();
  }

  private async recover(error: unknown): Promise<void> {
    if (this.leave.signal.aborted) return;
    this.report(error);
    const isGone = error instanceof ApiError && ['POSITION_GONE', 'CURSOR_INVALID'].includes(error.code);
    if (isGone) this.position = undefined;
    else await this.pause();
  }

  private async pause(): Promise<void> {
    try {
      await sleep(pauseMs, undefined, { signal: this.leave.signal });
    } catch {
      // Closed meanwhile: the loop sees it.
    }
  }

  /** Once for a silence, however often it is tried. */
  private report(thrown: unknown): void {
    this.open();
    const error = readable(thrown);
    if (error.message === this.lastFault) return;
    this.lastFault = error.message;
    this.parts.onError(error);
  }
}

function readable(thrown: unknown): Error {
  if (thrown instanceof ApiError && thrown.code === 'POSITION_GONE') {
    const message = 'events were missed: the server keeps them no longer. The subscription goes on from now';
    const next = 'read the directives that matter anew (docs/streams.md)';
    return new ChainOfCommandError({ code: thrown.code, message, next, cause: thrown });
  }
  const failure = failureOf(thrown);
  return failure instanceof Error ? failure : new Error(String(failure));
}
