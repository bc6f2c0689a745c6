import { writeFile } from 'node:fs/promises';
import { check } from '../checker/check.js';
import type { Evidence, Violation } from '../checker/evidence.js';
import { gatherEvidence } from '../checker/gather.js';
import { linesOf } from '../checker/submissions.js';
import { injectFaults, type Planned } from '../faults/schedule.js';
import { generateLoad } from '../load/generate-load.js';
import { LoadDriver } from '../load/load-driver.js';
import { QueueObserver } from '../rig/queue-observer.js';
import { Rig, type RigSettings } from '../rig/rig.js';
import { Watch } from '../watch/watch.js';
import { reasonsForVoid, sight, type Sightings } from './anti-vacuity.js';
import { pollFor } from './clock.js';
import { measureRecovery, type Recovery } from './recovery.js';
import type { SeededRandom } from './seeded-random.js';

/** One run: its own Redis, processes and load, some faults, and what is asked of the end. */
export interface Stage {
  name: string;
  tasks: number;
  /** Names of the load's shapes; all of them when it says none. */
  shapes: readonly string[] | undefined;
  planned: Planned[];
  /** On which Redis; one server unless said otherwise. */
  host?: RigSettings['host'];
  /** Over how long the load comes. */
  loadMs: number;
  /** How long after the last fault everything must have ended. */
  drainMs: number;
  /** Least and most that a task works: little, where what takes its time is to be the recovery; much, where a kill is to meet it. */
  workMs?: readonly [number, number];
  /** The faults are such that something must have been done twice. */
  isRough: boolean;
  /** No process may end but by a fault's hand. */
  isSteady: boolean;
}

export interface StageResult {
  stage: string;
  directives: number;
  tasks: number;
  faults: Record<string, number>;
  sightings: Sightings;
  recovery: Recovery;
  drainedMs: number | null;
  /** Processes that ended by themselves. */
  ownEnds: number;
  violations: Violation[];
  void: string[];
}

const idleWithinMs = 15_000;

/** Starts it all, does it all, and says what came of it. */
export async function runStage(stage: Stage, settings: RigSettings, random: SeededRandom): Promise<StageResult> {
  const rig = await Rig.open({ ...settings, host: stage.host ?? 'single' });
  const abandon = (): void => rig.abandon();
  process.on('exit', abandon);
  try {
    await perform(rig, stage, random);
    return await judge(rig, stage);
  } finally {
    await rig.stop();
    process.off('exit', abandon);
  }
}

async function perform(rig: Rig, stage: Stage, random: SeededRandom): Promise<void> {
  for (const { fault } of stage.planned) await fault.prepare?.(rig, random.fork(`prepare ${fault.name}`));
  await rig.start();
  const drafts = generateLoad(random.fork('load'), stage.tasks, {
    shapes: stage.shapes,
    workMs: stage.workMs,
    tenants: rig.of('tenant-door').length > 0,
  });
  const load = new LoadDriver(rig, drafts, random.fork('clients'));
  await load.publish();
  const watch = watchOver(rig, random.fork('watch'));
  const observer = new QueueObserver(rig.redis, rig.evidencePaths.queues, rig.queuesOf(load.actions));
  observer.start();
  rig.history.add({ kind: 'phase', phase: 'load' });
  await Promise.all([load.run(stage.loadMs), injectFaults(rig, stage.planned, random.fork('faults'))]);
  rig.history.add({ kind: 'phase', phase: 'faults-over' });
  const stuck = await load.drain(stage.drainMs);
  const reasons = Object.fromEntries(
    await Promise.all(stuck.map(async (id) => [id, await load.describe(id)] as const)),
  );
  rig.history.add({ kind: 'phase', phase: stuck.length === 0 ? 'drained' : 'not-drained', detail: reasons });
  await load.lookAround();
  await watch.stop();
  await load.stop();
  await observer.stop();
}

function watchOver(rig: Rig, random: SeededRandom): Watch {
  const { roots, evidencePaths, redis } = rig;
  const watch = new Watch({
    redis,
    roots,
    path: evidencePaths.glimpses,
    random,
    history: () => rig.history.submitted,
  });
  watch.start();
  return watch;
}

async function judge(rig: Rig, stage: Stage): Promise<StageResult> {
  const evidence = await gatherAtRest(rig);
  await writeFile(rig.path('evidence.json'), JSON.stringify(evidence));
  const faults = stage.planned.map(({ fault }) => fault);
  const sightings = await sight(evidence, rig.path('logs'));
  const submitted = linesOf(evidence, 'submit');
  const ownEnds = rig.lives.filter(({ by }) => by === 'itself');
  return {
    stage: stage.name,
    directives: submitted.length,
    tasks: submitted.reduce((sum, { body }) => sum + body.tasks.length, 0),
    faults: Object.assign({}, ...faults.map(({ counts }) => counts)) as Record<string, number>,
    sightings,
    recovery: measureRecovery(evidence),
    drainedMs: drainedMs(evidence),
    ownEnds: ownEnds.length,
    violations: [...check(evidence), ...(stage.isSteady ? ownEnds.map(unsteady) : [])],
    void: reasonsForVoid(sightings, faults, stage),
  };
}

function unsteady(life: object): Violation {
  const message = 'a process ended by itself, and should have waited for Redis';
  return { invariant: 'no process restart', directive: null, task: null, message, evidence: life };
}

function drainedMs(evidence: Evidence): number | null {
  const phases = linesOf(evidence, 'phase');
  const over = phases.find(({ phase }) => phase === 'faults-over');
  const drained = phases.find(({ phase }) => phase === 'drained');
  return over && drained ? Math.round(drained.atMs - over.atMs) : null;
}

/** What follows the last event, such as a permit on its way back, is given its time. */
async function gatherAtRest(rig: Rig): Promise<Evidence> {
  const gather = async (): Promise<Evidence> => gatherEvidence(rig.redis.admin, rig.evidencePaths);
  const look = async (): Promise<Evidence | undefined> => {
    const evidence = await gather();
    return evidence.leftovers.length === 0 ? evidence : undefined;
  };
  return (await pollFor(idleWithinMs, look, 1_000)) ?? gather();
}
