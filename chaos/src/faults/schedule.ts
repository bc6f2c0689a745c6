import type { Rig } from '../rig/rig.js';
import { sleep } from '../run/clock.js';
import type { SeededRandom } from '../run/seeded-random.js';
import type { Fault } from './fault.js';

/** A fault, how often it is injected, and how long it is from one injection to the next: least and most. */
export interface Planned {
  fault: Fault;
  times: number;
  everyMs: readonly [number, number];
}

/** Injects each planned fault as often as it is to be, all of them side by side; then undoes what lasts. */
export async function injectFaults(rig: Rig, planned: readonly Planned[], random: SeededRandom): Promise<void> {
  try {
    await Promise.all(planned.map(async (plan) => injectEach(rig, plan, random.fork(plan.fault.name))));
  } finally {
    for (const { fault } of planned) await fault.end?.(rig);
  }
}

async function injectEach(rig: Rig, { fault, times, everyMs }: Planned, random: SeededRandom): Promise<void> {
  for (let count = 0; count < times; count += 1) {
    await sleep(random.whole(...everyMs));
    await fault.inject(rig, random.fork(String(count)));
  }
}
