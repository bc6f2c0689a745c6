import { type DirectiveEvent, type DirectiveState, type Json, usdFromMicroUsd } from '#libs/contracts';
import { restingStates } from '../progress/fold-directive.js';
import { ChapterFold, endings, numberOf } from './chapter.fold.js';
import { longestChain } from './longest-chain.js';
import type { Chapter, FinalCount, Story } from './story.js';

const statesAfter: Readonly<Record<string, DirectiveState>> = {
  ...restingStates,
  'directive.accepted': 'PENDING',
  'directive.planned': 'QUEUED',
  'directive.started': 'RUNNING',
  'directive.paused': 'PAUSED',
  'directive.resumed': 'RUNNING',
  'directive.degraded': 'DEGRADED',
  'directive.recovered': 'RUNNING',
};

/** How many tasks an event adds to the plan, by the field that says it. */
const growth: Readonly<Record<string, string>> = {
  'directive.planned': 'tasks',
  'directive.extended': 'tasks',
  'task.expanded': 'items',
};

const finalCounts: readonly FinalCount[] = ['succeeded', 'failed', 'skipped', 'cancelled', 'expired'];

/**
 * The story of one directive, from its events alone: any beginning of them gives the story so far. `asOf` is the moment (epoch
 * milliseconds) up to which what lasts is counted; without it, the last event. Throws RangeError without events.
 */
export function tellStory(events: readonly DirectiveEvent[], asOf?: number): Story {
  const told = inOrder(events);
  const [first] = told;
  const last = told.at(-1);
  if (!first || !last) throw new RangeError('a story needs at least one event');
  const startMs = Date.parse(first.timestamp);
  const offset = (timestamp: string): number => Math.max(0, Date.parse(timestamp) - startMs);
  const steps = told.map((event) => ({ atMs: offset(event.timestamp), event }));
  const state = stateOf(told);
  const isOver = Object.values(restingStates).includes(state);
  const asOfMs = isOver || asOf === undefined ? offset(last.timestamp) : Math.max(0, asOf - startMs);
  const chapters = tellChapters(steps).map((fold) => fold.tell(asOfMs));
  const chain = longestChain(chapters, asOfMs);
  return {
    directive: first.directiveId,
    startsAt: first.timestamp,
    state,
    isOver,
    asOfMs,
    steps,
    chapters,
    chain,
    ...tellWhose(told),
    ...tellEnd(told, chapters),
    counts: countTasks(told, chapters),
    waitedForMost: chain.reduce<Story['waitedForMost']>(
      (most, it) => (it.ownMs > (most?.ownMs ?? 0) ? it : most),
      null,
    ),
    missing: missingOf(told),
  };
}

/** Until it is released, what waits for its start is PENDING with its plan; released without one it goes to be planned. */
function stateOf(told: readonly DirectiveEvent[]): DirectiveState {
  let isWaiting = told[0]?.data['start'] !== undefined;
  let isPlanned = false;
  return told.reduce<DirectiveState>((before, { type }) => {
    isPlanned ||= type === 'directive.planned';
    isWaiting &&= type !== 'directive.released';
    if (type === 'directive.planned' && isWaiting) return before;
    return type === 'directive.released' && isPlanned ? 'QUEUED' : (statesAfter[type] ?? before);
  }, 'PENDING');
}

/** By `seq`. When Redis went back to an older state numbers were given twice: the later telling is the one that holds. */
function inOrder(events: readonly DirectiveEvent[]): DirectiveEvent[] {
  const told: DirectiveEvent[] = [];
  for (const event of events) {
    while (told.length > 0 && told.at(-1)!.seq >= event.seq) told.pop();
    told.push(event);
  }
  return told;
}

function tellChapters(steps: Story['steps']): ChapterFold[] {
  const folds = new Map<string, ChapterFold>();
  let lastEnded: string | null = null;
  for (const { atMs, event } of steps) {
    const { task, type } = event;
    if (task === null) continue;
    const fold = folds.get(task) ?? new ChapterFold(task, atMs, lastEnded);
    folds.set(task, fold);
    fold.take(event, atMs);
    if (endings[type]) lastEnded = task;
  }
  return [...folds.values()];
}

function tellWhose(told: readonly DirectiveEvent[]): Pick<Story, 'kind' | 'actor' | 'ref'> {
  const accepted = told.find(({ type }) => type === 'directive.accepted')?.data ?? {};
  const text = (value: Json | undefined): string | null => (typeof value === 'string' ? value : null);
  return { kind: text(accepted['kind']), actor: text(accepted['actor']), ref: text(accepted['ref']) };
}

/** What was charged in all stands in the last event; before it, the tasks' own figures are what is known. */
function tellEnd(
  told: readonly DirectiveEvent[],
  chapters: readonly Chapter[],
): Pick<Story, 'costUsd' | 'overrunUsd' | 'code'> {
  const end = told.findLast(({ type }) => restingStates[type] !== undefined)?.data;
  const code = end?.['code'];
  return {
    costUsd: end
      ? usdFromMicroUsd(numberOf(end['chargedMicroUsd']))
      : chapters.reduce((sum, { costUsd }) => sum + costUsd, 0),
    overrunUsd: usdFromMicroUsd(numberOf(end?.['overrunMicroUsd'])),
    code: typeof code === 'string' ? code : null,
  };
}

function countTasks(told: readonly DirectiveEvent[], chapters: readonly Chapter[]): Story['counts'] {
  const planned = told.reduce((sum, { type, data }) => sum + numberOf(data[growth[type] ?? '']), 0);
  const ended = Object.fromEntries(
    finalCounts.map((name) => [name, chapters.filter(({ state }) => state === name).length]),
  ) as Record<FinalCount, number>;
  // Of a retry: they ran in the directive before, and have no chapter here.
  const kept = told.flatMap(({ type, data }) => (type === 'directive.kept' ? ((data['tasks'] ?? []) as string[]) : []));
  ended.succeeded += kept.length;
  // A source that begins in the middle may not have the plan: then what was seen is what is known.
  const tasks = Math.max(planned, chapters.length + kept.length);
  const open = tasks - kept.length - chapters.filter(({ isOver }) => isOver).length;
  return { tasks, open, attempts: chapters.reduce((sum, { attempts }) => sum + attempts.length, 0), ...ended };
}

function missingOf(told: readonly DirectiveEvent[]): Story['missing'] {
  return told.flatMap(({ seq }, at) => {
    const before = at === 0 ? 0 : told[at - 1]!.seq;
    return seq > before + 1 ? [{ from: before + 1, to: seq - 1 }] : [];
  });
}
