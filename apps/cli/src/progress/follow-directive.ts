import { setTimeout as sleep } from 'node:timers/promises';
import { type DirectiveEvent, type DirectiveView, type TaskView, restingDirectiveStates } from '#libs/contracts';
import type { DirectiveSource } from './directive-source.js';

export interface Snapshot {
  directive: DirectiveView;
  /** Empty when the plan is not asked for. */
  tasks: readonly TaskView[];
  /** What happened since the snapshot before. */
  events: readonly DirectiveEvent[];
}

export interface FollowOptions {
  signal: AbortSignal;
  /** With the plan, events are only the sign to fetch it again; without it, they are read from the first one on. */
  withTasks: boolean;
  pollMs?: number;
}

const defaultPollMs = 200;
// A plan of 10,000 tasks is several MB: fetching it may take a fifth of the time, never all of it.
const restPerFetch = 4;
// Nothing ends without an event; this only keeps a lost one from holding the watcher for ever.
const quietRefetchMs = 5_000;

export function isAtRest(directive: DirectiveView): boolean {
  return restingDirectiveStates.includes(directive.state);
}

/**
 * A snapshot at once and one a poll, until the directive rests and all its events were handed on. Rejects with the
 * source's error, or an AbortError when the signal aborts.
 */
export async function* followDirective(
  source: DirectiveSource,
  id: string,
  options: FollowOptions,
): AsyncGenerator<Snapshot> {
  const { signal, withTasks, pollMs = defaultPollMs } = options;
  // The directive first: a plan read after it can only be newer, and the events after its lastSeq bring it up to date.
  let directive = await source.getDirective(id);
  let tasks = withTasks ? await source.listTasks(id) : [];
  let tasksSeq = directive.lastSeq;
  let seq = withTasks ? directive.lastSeq : 0;
  let isStale = false;
  let fetchedAt = performance.now();
  let fetchMs = 0;
  yield { directive, tasks, events: [] };

  while (true) {
    const page = await source.listEvents(id, seq);
    seq = page.items.at(-1)?.seq ?? seq;
    isStale ||= page.items.length > 0;
    const restMs = isStale ? fetchMs * restPerFetch : quietRefetchMs;
    if (performance.now() - fetchedAt >= restMs) {
      const startedAt = performance.now();
      directive = await source.getDirective(id);
      if (withTasks && directive.lastSeq > tasksSeq) tasks = await source.listTasks(id);
      tasksSeq = directive.lastSeq;
      fetchedAt = performance.now();
      fetchMs = fetchedAt - startedAt;
      isStale = false;
    }
    yield { directive, tasks, events: page.items };
    const isCaughtUp = seq >= directive.lastSeq || page.items.length === 0;
    if (isAtRest(directive) && isCaughtUp && !isStale) return;
    if (page.items.length === 0 || page.nextCursor === null) await sleep(pollMs, undefined, { signal });
  }
}
