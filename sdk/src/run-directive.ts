import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { ApiError, CocClient, type ServerAddress } from '#libs/client';
import { restingDirectiveStates, type DirectiveEvent, type EventType } from '#libs/contracts';
import type { DirectiveResult, DirectiveSpec, RunOptions } from '../chain-of-command.d.ts';
import { busEvent } from './bus-event.js';
import { checkRoles } from './check-roles.js';
import { currentServer } from './current-server.js';
import { eventBus } from './event-bus.js';
import { failureOf } from './failure-of.js';
import { readResult } from './read-result.js';
import { type ReadSpec, readSpec } from './read-spec.js';
import { DetachedError, DirectiveFailedError } from './sdk-error.js';
import { leaseServer } from './start-embedded.js';
import { SubscribersWatch } from './subscribers.watch.js';

// As long as `coc run --wait` has.
const defaultPatienceMs = 60_000;
const keyWaitMs = 20_000;
const keyPauseMs = 100;

/** `directive.completed` and the like: after one of these a directive rests. */
const restingTypes: readonly EventType[] = restingDirectiveStates.map(
  (state) => `directive.${state.toLowerCase()}` as EventType,
);

/** Submits, waits for the end, and says what became of it. */
export async function runDirective(spec: DirectiveSpec, options: RunOptions = {}): Promise<DirectiveResult> {
  const { embedded = false, url, throwOnFailure = true } = options;
  const lease = embedded
    ? await leaseServer(url)
    : { server: await currentServer(url), release: async () => undefined };
  try {
    const result = await new Run(lease.server, spec, options).toItsEnd();
    if (throwOnFailure && result.state !== 'COMPLETED') throw new DirectiveFailedError(result);
    return result;
  } finally {
    await lease.release();
  }
}

/** One directive from its spec to its result. */
class Run {
  private readonly client: CocClient;
  private readonly key: string;
  private id: string | undefined;

  constructor(
    private readonly server: ServerAddress,
    private readonly spec: DirectiveSpec,
    private readonly options: RunOptions,
  ) {
    // Without the caller's signal: a submit that is cut off may have been accepted, and nobody would know its id.
    this.client = new CocClient(server);
    this.key = options.idempotencyKey ?? randomUUID();
  }

  async toItsEnd(): Promise<DirectiveResult> {
    const { signal } = this.options;
    try {
      signal?.throwIfAborted();
      return await this.perform(readSpec(this.spec, this.key));
    } catch (error) {
      const isAborted = signal?.aborted === true && (this.id !== undefined || error === signal.reason);
      if (isAborted) throw await this.detach(signal.reason);
      throw failureOf(error, this.id);
    }
  }

  private async perform({ body, roles }: ReadSpec): Promise<DirectiveResult> {
    await checkRoles(this.client, roles);
    const watch = (await eventBus.listensTo(this.server.url)) ? new SubscribersWatch(eventBus) : undefined;
    try {
      this.options.signal?.throwIfAborted();
      this.id = await this.submit(body);
      watch?.attend(this.id);
      const last = await this.follow(this.id);
      const result = await readResult(this.client, this.id);
      await watch?.haveSeen(last);
      return result;
    } finally {
      watch?.end();
    }
  }

  /** Another try with the same key is answered within milliseconds, or given up after 15 s. */
  private async submit(body: ReadSpec['body']): Promise<string> {
    const until = performance.now() + keyWaitMs;
    for (;;) {
      try {
        return (await this.client.submit(body, this.key)).id;
      } catch (error) {
        const isBusy = error instanceof ApiError && error.code === 'IDEMPOTENCY_IN_PROGRESS';
        if (!isBusy || performance.now() > until) throw error;
        await sleep(keyPauseMs);
      }
    }
  }

  /** The event that it rests with. */
  private async follow(id: string): Promise<DirectiveEvent> {
    const { signal, onEvent, patienceMs = defaultPatienceMs } = this.options;
    let last: DirectiveEvent | undefined;
    for await (const event of this.client.followEvents(id, { after: 0, patienceMs, signal })) {
      last = event;
      onEvent?.(busEvent(event));
      if (restingTypes.includes(event.type)) break;
    }
    if (last === undefined) throw new Error(`the directive ${id} ended without an event`);
    return last;
  }

  private async detach(reason: unknown): Promise<DetachedError> {
    const isCancelled = this.id !== undefined && this.options.cancelOnAbort === true;
    if (isCancelled) await this.cancel(this.id!);
    return new DetachedError(this.id, isCancelled, reason);
  }

  private async cancel(id: string): Promise<void> {
    await this.client.order(id, 'cancel').catch((error: unknown) => {
      // It ended before.
      if (!(error instanceof ApiError && error.code === 'TRANSITION_ILLEGAL')) throw failureOf(error, id);
    });
  }
}
