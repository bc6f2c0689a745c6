import { setTimeout as sleep } from 'node:timers/promises';
import { ApiError, Patience, type PatienceOptions } from '#libs/client';
import { type DirectiveEvent, type DirectiveView, type TaskView, restingDirectiveStates } from '#libs/contracts';
import { DirectivePicture } from './directive-picture.js';
import type { DirectiveSource } from './directive-source.js';
import { restingStates } from './fold-directive.js';
import type { ProgressView } from './progress-view.js';
import { listAllEvents, readPicture } from './read-picture.js';
import { StandstillWatch } from './standstill-watch.js';

export interface WatchOptions {
  signal: AbortSignal;
  view: ProgressView;
  /** How long the server may be away. */
  patienceMs?: number;
  /** How often a server without an event stream is asked. */
  pollMs?: number;
  /** Ends the watch when only a human can let the directive go on, with the tasks that are held; without it the watch goes on. */
  onStandstill?: (held: readonly TaskView[]) => void;
  /** How long there must be no event before that is looked at. */
  quietMs?: number;
}

// A server that restarts is back within seconds; a watcher that gives up at once would need a human for every deploy.
const defaultPatienceMs = 60_000;
const retryMs = 500;
// What no event carries is asked for at most so often.
const askAgainMs = 1_000;

export function isAtRest(directive: DirectiveView): boolean {
  return restingDirectiveStates.includes(directive.state);
}

/** Follows a directive to its rest, or standstill, and returns it as it then is; undefined when the signal aborted before. */
export async function watchDirective(
  source: DirectiveSource,
  id: string,
  options: WatchOptions,
): Promise<DirectiveView | undefined> {
  const standstill = options.onStandstill && new StandstillWatch(source, id, options.quietMs);
  try {
    return await new DirectiveWatch(source, id, options, standstill).run();
  } catch (error) {
    if (options.signal.aborted) return undefined;
    if (standstill?.found === undefined) throw error;
    options.onStandstill?.(standstill.found.held);
    return standstill.found.directive;
  } finally {
    standstill?.close();
    options.view.close();
  }
}

/** One watch of one directive. */
class DirectiveWatch {
  private readonly signal: AbortSignal;
  private readonly patience: PatienceOptions;
  /** Of a view without tasks it has none, and its events are told from the first one on. */
  private picture: DirectivePicture | undefined;
  private seq = 0;
  private askedAt = -Infinity;

  constructor(
    private readonly source: DirectiveSource,
    private readonly id: string,
    private readonly options: WatchOptions,
    private readonly standstill: StandstillWatch | undefined,
  ) {
    const { signal, view, patienceMs = defaultPatienceMs } = options;
    const onBreak = (error: Error) => view.away(error.message);
    this.signal = standstill ? AbortSignal.any([signal, standstill.signal]) : signal;
    this.patience = { signal: this.signal, patienceMs, retryMs, onBreak, onBack: () => view.back() };
  }

  async run(): Promise<DirectiveView> {
    let directive = await this.open();
    if (isAtRest(directive) && this.picture === undefined) await this.tellRest();
    while (!isAtRest(directive)) {
      directive = (await this.follow()) ?? (await this.ask(() => this.source.getDirective(this.id)));
      if (!isAtRest(directive)) await sleep(retryMs, undefined, { signal: this.signal });
    }
    await this.showEnd(directive);
    return directive;
  }

  private async open(): Promise<DirectiveView> {
    if (!this.options.view.needsTasks) {
      const directive = await this.ask(() => this.source.getDirective(this.id));
      this.options.view.show({ directive, tasks: [] });
      return directive;
    }
    this.picture = await this.ask(() => readPicture(this.source, this.id));
    this.seq = this.picture.directive.lastSeq;
    this.options.view.show(this.picture);
    this.standstill?.know(this.picture.tasks);
    return this.picture.directive;
  }

  /** What is left to tell of a directive that rests already. */
  private async tellRest(): Promise<void> {
    for await (const event of listAllEvents(this.source, this.id, this.seq)) this.options.view.tell(event);
  }

  /** Up to the directive's rest; undefined when there are no more events, or none from here on. */
  private async follow(): Promise<DirectiveView | undefined> {
    const { pollMs } = this.options;
    try {
      for await (const event of this.source.followEvents(this.id, { ...this.patience, after: this.seq, pollMs })) {
        await this.take(event);
        if (restingStates[event.type] === undefined) continue;
        const directive = await this.ask(() => this.source.getDirective(this.id));
        if (isAtRest(directive)) return directive;
      }
    } catch (error) {
      if (!(error instanceof ApiError) || error.code !== 'POSITION_GONE') throw error;
      await this.skipGone(error);
    }
    return undefined;
  }

  private async take(event: DirectiveEvent): Promise<void> {
    this.seq = event.seq;
    this.picture?.apply(event);
    this.options.view.tell(event);
    this.standstill?.take(event);
    if (this.picture?.needsPlan) await this.open();
    if (this.picture?.needsDirective && performance.now() - this.askedAt >= askAgainMs) {
      this.askedAt = performance.now();
      this.picture.offer(await this.ask(() => this.source.getDirective(this.id)));
    }
  }

  /** The events after our place were deleted: a picture is read anew, lines go on with what comes. */
  private async skipGone({ detail }: ApiError): Promise<void> {
    const directive = await this.open();
    this.seq = directive.lastSeq;
    if (this.picture !== undefined) return;
    this.options.view.note(`${detail}; going on after event ${this.seq}`);
    this.standstill?.know(await this.ask(() => this.source.listTasks(this.id)));
  }

  /** With what only the directive itself has: its error. After lost events its tasks are read anew too. */
  private async showEnd(directive: DirectiveView): Promise<void> {
    if (this.picture === undefined) return;
    if (this.picture.directive.lastSeq < directive.lastSeq) await this.open();
    else this.picture.directive = directive;
    this.options.view.show(this.picture);
  }

  private ask<T>(question: () => Promise<T>): Promise<T> {
    return new Patience(this.patience).ask(question);
  }
}
