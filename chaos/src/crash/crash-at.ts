import { sleep } from '../run/clock.js';
import type { CrashLane } from './crash-lane.js';
import type { CrashPoint } from './crash-plan.js';

const lookEveryMs = 50;
/** The rarest loops of the product go round in 5 s, give or take a quarter. */
const rarestLoopMs = 6_500;
const scenariosForOne = 3;

/** How often a process died at a point, of the times it was to. */
export interface Hits extends CrashPoint {
  hits: number;
}

/**
 * A process dies at the point, so many lives in a row, while the scenario runs; then it is left alone. What was meant to end a working
 * process ends it at its next start, when the work does not come by there again.
 */
export async function crashAt(lane: CrashLane, target: CrashPoint, times: number): Promise<Hits> {
  const { role, point, moment } = target;
  const victim = lane.victims[role];
  const order = { point, hit: 1 };
  const before = victim.deaths;
  const hits = (): number => victim.deaths - before;
  lane.note({ role, point, moment, times });
  victim.armNextLives(order, moment === 'work' ? times - 1 : times);
  if (moment === 'work') await victim.arm(order);
  else if (moment === 'start') await victim.restart();
  for (let scenario = 1; scenario <= scenariosForOne && hits() < times; scenario += 1) {
    await lane.startScenario(`${role} dies ${point}`);
    await untilDead(lane, () => hits() >= times);
    if (hits() >= times || scenario === scenariosForOne) break;
    victim.armNextLives(order, times - hits());
    await victim.restart();
  }
  const died = hits();
  await victim.disarm();
  return { ...target, hits: died };
}

/** Until the process is dead, or nothing goes on any more that could bring it there. */
async function untilDead(lane: CrashLane, isDead: () => boolean): Promise<void> {
  let calmMs = 0;
  while (!isDead() && calmMs < rarestLoopMs) {
    await sleep(lookEveryMs);
    calmMs = lane.isSettled ? calmMs + lookEveryMs : 0;
  }
}
