import { rm } from 'node:fs/promises';
import { check } from '../checker/check.js';
import type { Violation } from '../checker/evidence.js';
import { gatherEvidence } from '../checker/gather.js';
import { injectFaults, type Planned } from '../faults/schedule.js';
import { generateLoad } from '../load/generate-load.js';
import { LoadDriver } from '../load/load-driver.js';
import { Rig, type RigSettings } from '../rig/rig.js';
import { pollFor } from './clock.js';
import type { SeededRandom } from './seeded-random.js';

/** One run: its own Redis, processes and load, some faults, and what is asked of the end. */
export interface Stage {
  name: string;
  tasks: number;
  planned: Planned[];
  /** Over how long the load comes. */
  loadMs: number;
  /** How long after the last fault everything must have ended. */
  drainMs: number;
}

export interface StageResult {
  stage: string;
  directives: number;
  tasks: number;
  faults: Record<string, number>;
  violations: Violation[];
  void: string[];
}

const idleWithinMs = 10_000;

/** Starts it all, does it all, and says what came of it. `keep` leaves the folder. */
export async function runStage(
  stage: Stage,
  settings: RigSettings,
  random: SeededRandom,
  say: (line: string) => void,
): Promise<StageResult> {
  const rig = await Rig.open(settings);
  const abandon = (): void => rig.abandon();
  process.on('exit', abandon);
  try {
    return await runOn(rig, stage, random, say);
  } finally {
    await rig.stop();
    process.off('exit', abandon);
  }
}

async function runOn(rig: Rig, stage: Stage, random: SeededRandom, say: (line: string) => void): Promise<StageResult> {
  for (const { fault } of stage.planned) await fault.prepare?.(rig, random.fork(`prepare ${fault.name}`));
  await rig.start();
  const drafts = generateLoad(random.fork('load'), stage.tasks);
  const load = new LoadDriver(rig.urls, rig.history, drafts, random.fork('clients'));
  await load.publish();
  say(
    `${stage.name}: ${drafts.length} directives; faults: ${stage.planned.map(({ fault, times }) => `${fault.name} ${times}`).join(', ')}`,
  );
  rig.history.add({ kind: 'phase', phase: 'load' });
  await Promise.all([load.run(stage.loadMs), injectFaults(rig, stage.planned, random.fork('faults'))]);
  rig.history.add({ kind: 'phase', phase: 'faults-over' });
  const stuck = await load.drain(stage.drainMs);
  const reasons = Object.fromEntries(
    await Promise.all(stuck.map(async (id) => [id, await load.describe(id)] as const)),
  );
  rig.history.add({ kind: 'phase', phase: stuck.length === 0 ? 'drained' : 'not-drained', detail: reasons });
  await load.stop();
  const evidence = await gatherAtRest(rig);
  return {
    stage: stage.name,
    directives: drafts.length,
    tasks: drafts.reduce((sum, { body }) => sum + body.tasks.length, 0),
    faults: Object.assign({}, ...stage.planned.map(({ fault }) => fault.counts)) as Record<string, number>,
    violations: check(evidence),
    void: [],
  };
}

/** What follows the last event, such as a permit on its way back, is given its time. */
async function gatherAtRest(rig: Rig): Promise<Awaited<ReturnType<typeof gatherEvidence>>> {
  const gather = async () => gatherEvidence(rig.redis.admin, rig.path('history.jsonl'), rig.path('ledger.jsonl'));
  const atRest = await pollFor(
    idleWithinMs,
    async () => {
      const evidence = await gather();
      return evidence.leftovers.length === 0 ? evidence : undefined;
    },
    1_000,
  );
  return atRest ?? gather();
}

export async function removeRun(folder: string): Promise<void> {
  await rm(folder, { recursive: true, force: true });
}
