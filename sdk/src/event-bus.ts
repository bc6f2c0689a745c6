import { eventTypes, type DirectiveEvent } from '#libs/contracts';
import type { CocEvent, EventBusOptions, EventHandler, EventType } from '../chain-of-command.d.ts';
import { busEvent } from './bus-event.js';
import { currentServer, onEmbedded } from './current-server.js';
import { ChainOfCommandError } from './sdk-error.js';
import { TenantStream } from './tenant-stream.js';

interface Subscription {
  type: EventType | '*';
  handler: EventHandler;
}

/** Events of all directives for any number of handlers, by one stream that is open while there is a handler. */
export class EventBus {
  private readonly subscriptions = new Set<Subscription>();
  private readonly errorHandlers = new Set<(error: Error) => void>();
  private readonly url: string | undefined;
  private stream: TenantStream | undefined;

  constructor({ url }: EventBusOptions = {}) {
    this.url = url;
    if (url === undefined) onEmbedded((isThere) => this.move(isThere));
  }

  /** Throws EVENT_UNKNOWN for a type that no event has: such a handler would never be called. */
  subscribe(type: EventType | '*', handler: EventHandler): () => void {
    if (type !== '*' && !eventTypes.includes(type)) throw unknownType(type);
    const subscription = { type, handler };
    this.subscriptions.add(subscription);
    this.stream ??= this.openStream();
    return () => {
      this.subscriptions.delete(subscription);
      if (this.subscriptions.size === 0) this.closeStream();
    };
  }

  onError(handler: (error: Error) => void): () => void {
    this.errorHandlers.add(handler);
    return () => void this.errorHandlers.delete(handler);
  }

  async ready(): Promise<void> {
    let stream;
    do {
      stream = this.stream;
      await stream?.opened;
      // It may have moved to the embedded server meanwhile.
    } while (stream !== this.stream);
  }

  close(): void {
    this.subscriptions.clear();
    this.closeStream();
  }

  /** Whether subscribers here hear of the directives of that server. */
  async listensTo(url: string): Promise<boolean> {
    await this.ready();
    return this.stream?.url === url;
  }

  private openStream(): TenantStream {
    return new TenantStream({
      findServer: async () => currentServer(this.url),
      onEvent: (event) => this.publish(event),
      onError: (error) => this.report(error),
    });
  }

  private closeStream(): void {
    this.stream?.close();
    this.stream = undefined;
  }

  /** To the embedded server of this process when it comes. When it goes there is nothing to hear, and nothing that keeps the process alive. */
  private move(isThere: boolean): void {
    this.closeStream();
    if (isThere && this.subscriptions.size > 0) this.stream = this.openStream();
  }

  private publish(directiveEvent: DirectiveEvent): void {
    const event = busEvent(directiveEvent);
    const present = [...this.subscriptions].filter(({ type }) => type === '*' || type === event.type);
    for (const subscription of present) {
      // One that a handler before it has ended hears nothing more.
      if (this.subscriptions.has(subscription)) void this.call(subscription.handler, event);
    }
  }

  private async call(handler: EventHandler, event: CocEvent): Promise<void> {
    try {
      await handler(event);
    } catch (error) {
      this.report(error instanceof Error ? error : new Error(String(error), { cause: error }));
    }
  }

  private report(error: Error): void {
    if (this.errorHandlers.size === 0) process.emitWarning(error);
    for (const handler of this.errorHandlers) {
      try {
        handler(error);
      } catch (thrown) {
        process.emitWarning(thrown instanceof Error ? thrown : String(thrown));
      }
    }
  }
}

function unknownType(type: string): ChainOfCommandError {
  const message = `EVENT_UNKNOWN: there is no event "${type}"`;
  const next = `subscribe to "*" or one of ${eventTypes.join(', ')}`;
  return new ChainOfCommandError({ code: 'EVENT_UNKNOWN', message, next });
}

/** The bus of the server that `runDirective` finds. */
export const eventBus = new EventBus();
