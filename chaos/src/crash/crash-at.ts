import { sleep } from '../run/clock.js';
import type { CrashLane } from './crash-lane.js';
import type { CrashPoint } from './crash-plan.js';

const lookEveryMs = 50;
/** A whole scenario passes every point of the work, and the rarest loop of the product comes round in 6.3 s. */
const scenariosToDie = 2;
const leastWaitMs = 7_000;
/** A point of the work is waited for once more from the start of a life, a point of the start may need several. */
const tries = 3;

/** How often a process died at a point, of the times it was to. */
export interface Hits extends CrashPoint {
  hits: number;
}

/**
 * A process dies at the point, so many lives in a row, while the lane is kept busy; then it is left alone. What does not come by there in
 * its work is made to start again.
 */
export async function crashAt(lane: CrashLane, target: CrashPoint, times: number): Promise<Hits> {
  const { role, point, moment } = target;
  const victim = lane.victims[role];
  const order = { point, hit: 1 };
  const before = victim.deaths;
  const hits = (): number => victim.deaths - before;
  lane.note({ role, point, moment, times });
  for (let attempt = 1; attempt <= tries && hits() < times; attempt += 1) {
    if (moment === 'work' && attempt === 1) {
      victim.armNextLives(order, times - 1);
      await victim.arm(order);
    } else if (moment !== 'first-life') {
      victim.armNextLives(order, times - hits());
      await victim.restart();
    }
    await untilDead(lane, () => hits() >= times);
  }
  const died = hits();
  await victim.disarm();
  // Who dies again before it could look round repairs nothing, and that is no finding.
  await lane.recovered();
  return { ...target, hits: died };
}

/** Until the process is dead, or came by everything that it comes by. */
async function untilDead(lane: CrashLane, isDead: () => boolean): Promise<void> {
  const { begun } = lane;
  const startedAt = performance.now();
  while (!isDead()) {
    if (lane.endedSince(begun) >= scenariosToDie && performance.now() - startedAt > leastWaitMs) return;
    await sleep(lookEveryMs);
  }
}
