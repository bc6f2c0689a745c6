import { sleep } from '../run/clock.js';
import type { CrashLane } from './crash-lane.js';
import type { Passing } from './crash-plan.js';
import { crashRoles, type CrashRole } from './crash-role.js';

type Counts = Record<CrashRole, Record<string, number>>;

/** The rarest loops of the product go round in 5 s, give or take a quarter. */
const rarestLoopMs = 6_500;

const lookEveryMs = 250;
const stillForMs = 1_500;

async function countAll(lane: CrashLane): Promise<Counts> {
  const counts = await Promise.all(crashRoles.map(async (role) => [role, await lane.victims[role].counts()] as const));
  return Object.fromEntries(counts) as Counts;
}

/** Until nobody passes a point that is new to it: then all have started. */
async function countWhenStarted(lane: CrashLane): Promise<Counts> {
  let known = 0;
  let stillMs = 0;
  for (;;) {
    const counts = await countAll(lane);
    const points = Object.values(counts).reduce((sum, passed) => sum + Object.keys(passed).length, 0);
    stillMs = points === known ? stillMs + lookEveryMs : 0;
    known = points;
    if (stillMs >= stillForMs) return counts;
    await sleep(lookEveryMs);
  }
}

/** Which points each role passes: in its first life and in a later one, each with its start and a scenario. */
export async function recordPoints(lane: CrashLane): Promise<Passing[]> {
  const firstStart = await countWhenStarted(lane);
  lane.startScenario();
  await lane.settled();
  const first = await countAll(lane);
  for (const role of crashRoles) await lane.victims[role].restart();
  const laterStart = await countWhenStarted(lane);
  lane.startScenario();
  await Promise.all([lane.settled(), sleep(rarestLoopMs)]);
  const later = await countAll(lane);
  return crashRoles.map((role) => ({
    role,
    lives: [
      { started: firstStart[role], ended: first[role] },
      { started: laterStart[role], ended: later[role] },
    ],
  }));
}
