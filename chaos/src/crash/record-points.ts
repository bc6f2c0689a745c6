import { sleep } from '../run/clock.js';
import { CrashLane, crashRoles, type CrashRole } from './crash-lane.js';
import type { Passing } from './crash-plan.js';

type Counts = Record<CrashRole, Record<string, number>>;

/** The rarest loops of the product go round in 5 s, give or take a quarter. */
const rarestLoopMs = 6_500;

async function countAll(lane: CrashLane): Promise<Counts> {
  const counts = await Promise.all(crashRoles.map(async (role) => [role, await lane.victims[role].counts()] as const));
  return Object.fromEntries(counts) as Counts;
}

async function runCalmly(lane: CrashLane): Promise<void> {
  await lane.startScenario('recording');
  await lane.settled();
}

/** Which points each role passes: in its first life, in one scenario and the calm after it, and when it starts again. */
export async function recordPoints(lane: CrashLane): Promise<Passing[]> {
  await runCalmly(lane);
  const first = await countAll(lane);
  for (const role of crashRoles) await lane.victims[role].restart();
  await lane.startScenario('recording again');
  const started = await countAll(lane);
  await Promise.all([lane.settled(), sleep(rarestLoopMs)]);
  const ended = await countAll(lane);
  return crashRoles.map((role) => ({ role, first: first[role], started: started[role], ended: ended[role] }));
}
