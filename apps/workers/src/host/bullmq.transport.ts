import { StartRefusal } from '#libs/contracts';
import { Server, type CustomTransportStrategy, type MessageHandler } from '@nestjs/microservices';
import { lastValueFrom } from 'rxjs';
import { bullmqTransport, type DeclaredAction } from './action.decorator.js';
import type { CallHandler } from './attempt.runner.js';

/** An action with the way into its handler. */
export interface ServedAction {
  declared: DeclaredAction;
  call: CallHandler;
}

/** Who takes the jobs: `start` gets every declared action once Nest has found them all. */
export interface ActionServer {
  start(actions: readonly ServedAction[]): Promise<void>;
  stop(): Promise<void>;
}

/** Two handlers for one action: whichever won, the other would silently never run. */
class DuplicateActionError extends StartRefusal {
  constructor(name: string, first: string, second: string) {
    super(`the action ${name} has two handlers, ${first} and ${second}; rename one of them`);
  }
}

/** Nest's side of the transport: collects the `@Action` handlers and calls them through Nest's pipeline. */
export class BullmqTransport extends Server implements CustomTransportStrategy {
  override readonly transportId = bullmqTransport;
  private readonly served = new Map<string, ServedAction>();

  constructor(private readonly actionServer: ActionServer) {
    super();
  }

  override addHandler(
    pattern: unknown,
    handler: MessageHandler,
    isEventHandler?: boolean,
    extras: { declared?: DeclaredAction } = {},
  ): void {
    const { declared } = extras;
    if (declared === undefined) throw new Error(`the handler of ${String(pattern)} is not declared by @Action`);
    const other = this.served.get(declared.name);
    if (other) throw new DuplicateActionError(declared.name, other.declared.declaredBy, declared.declaredBy);
    this.served.set(declared.name, { declared, call: this.callerOf(handler) });
    super.addHandler(pattern, handler, isEventHandler, extras);
  }

  override async listen(callback: (error?: unknown) => void): Promise<void> {
    const problem = await this.actionServer.start([...this.served.values()]).catch((error: unknown) => error);
    callback(problem);
  }

  override async close(): Promise<void> {
    await this.actionServer.stop();
  }

  override on(): never {
    throw new Error('this transport has no events; see the log');
  }

  override unwrap(): never {
    throw new Error('this transport has no single server; see ActionWorkers');
  }

  private callerOf(handler: MessageHandler): CallHandler {
    return async (input, context) => {
      const result = this.transformToObservable(await handler(input, context));
      return lastValueFrom(result as Parameters<typeof lastValueFrom>[0], { defaultValue: undefined });
    };
  }
}
