import { readFile, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Evidence } from '../checker/evidence.js';
import { attemptsOf } from '../checker/story.js';
import { knownOf, submissionsOf } from '../checker/submissions.js';
import type { Fault } from '../faults/fault.js';

const leastCompleted = 0.9;
const staleLine = 'an outcome with a dead fence was dropped';

/** What the load is made to bring about, by events and what they say: without it a rule was not put to the test. */
const turns = [
  'directive.paused',
  'directive.resumed',
  'directive.cancelled',
  'directive.timeout',
  'directive.failed',
  'directive.budget_raised',
  'task.held approval',
  'task.held budget',
  'task.approved',
  'task.denied',
  'task.deferred budget-reserved',
  'task.deferred concurrency',
  'task.deferred rate',
  'task.overspent',
  'task.retried',
  'task.expanded',
  'task.skipped',
];

/** What shows that a run was a test at all. */
export interface Sightings {
  /** Tasks that the witness saw at work under more than one fence. */
  doubledTasks: number;
  /** Outcomes the executors dropped for their fence, by their own logs. */
  staleOutcomes: number;
  /** Effects committed by an attempt that had been given up: their worker came too late. */
  lateCommits: number;
  /** Turns of the law that no directive of the run took. */
  neverTaken: string[];
  /** Of what was meant to complete. */
  completed: number;
  meantToComplete: number;
}

export async function sight(evidence: Evidence, logFolder: string): Promise<Sightings> {
  const starts = evidence.ledger.filter(({ phase }) => phase === 'start');
  const fences = Map.groupBy(starts, ({ effectKey }) => effectKey);
  const taken = turnsOf(evidence);
  const meant = submissionsOf(evidence).filter(({ submit }) => submit.expect.completes);
  return {
    doubledTasks: [...fences.values()].filter((list) => new Set(list.map(({ nonce }) => nonce)).size > 1).length,
    staleOutcomes: await countStale(logFolder),
    lateCommits: countLateCommits(evidence),
    neverTaken: turns.filter((turn) => !taken.has(turn)),
    completed: meant.filter(({ stored }) => stored?.record['state'] === 'COMPLETED').length,
    meantToComplete: meant.length,
  };
}

function turnsOf({ directives }: Evidence): Set<string> {
  const events = directives.flatMap((directive) => directive.events);
  return new Set(events.flatMap(({ type, data }) => [type, `${type} ${data['kind'] as string}`]));
}

async function countStale(logFolder: string): Promise<number> {
  const files = (await readdir(logFolder)).filter((name) => name.startsWith('executor'));
  const texts = await Promise.all(files.map(async (name) => readFile(join(logFolder, name), 'utf8')));
  return texts.reduce((sum, text) => sum + text.split(staleLine).length - 1, 0);
}

function countLateCommits(evidence: Evidence): number {
  const ends = new Map(
    knownOf(evidence).flatMap(({ id, events }) =>
      attemptsOf(events).map(({ task, attempt, ended }) => [`${id} ${task} ${attempt}`, ended] as const),
    ),
  );
  return evidence.ledger.filter((line) => {
    const ended = ends.get(`${line.directive} ${line.task} ${line.attempt}`);
    return line.phase === 'commit' && ended !== undefined && ended.type !== 'task.completed' && ended.atMs < line.atMs;
  }).length;
}

/** What makes a run a test. */
export interface Demands {
  /** Its faults must have doubled something. */
  isRough: boolean;
  /** Its load is about a fault of Redis alone, and may be too small for every turn of the law. */
  isSteady: boolean;
}

/** Why a run proves nothing; empty when it does. */
export function reasonsForVoid(
  sightings: Sightings,
  faults: readonly Fault[],
  { isRough, isSteady }: Demands,
): string[] {
  const { doubledTasks, staleOutcomes, lateCommits, neverTaken, completed, meantToComplete } = sightings;
  const missing = faults.flatMap(({ mustHappen, counts }) => mustHappen.filter((what) => !counts[what]));
  return [
    ...missing.map((what) => `never happened: ${what}`),
    ...(isSteady ? [] : neverTaken.map((turn) => `no directive had ${turn}`)),
    ...(isRough && doubledTasks === 0 ? ['no task was started twice'] : []),
    ...(isRough && staleOutcomes + lateCommits === 0 ? ['no outcome came too late'] : []),
    ...(completed === 0 || completed < leastCompleted * meantToComplete
      ? [`only ${completed} of ${meantToComplete} that were meant to complete did`]
      : []),
  ];
}
