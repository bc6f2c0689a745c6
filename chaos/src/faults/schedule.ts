import type { Rig } from '../rig/rig.js';
import { sleep } from '../run/clock.js';
import type { SeededRandom } from '../run/seeded-random.js';
import type { Fault } from './fault.js';

/** A fault and how often it is injected. */
export interface Planned {
  fault: Fault;
  times: number;
}

/** Injects each planned fault as often as it is to be, all of them side by side; then undoes what lasts. */
export async function injectFaults(rig: Rig, planned: readonly Planned[], random: SeededRandom): Promise<void> {
  try {
    await Promise.all(planned.map(async (plan) => injectEach(rig, plan, random.fork(plan.fault.name))));
  } finally {
    for (const { fault } of planned) await fault.end?.(rig);
  }
}

async function injectEach(rig: Rig, { fault, times }: Planned, random: SeededRandom): Promise<void> {
  const [least, most] = fault.everyMs;
  for (let count = 0; count < times; count += 1) {
    await sleep(random.whole(least, most));
    await fault.inject(rig, random.fork(String(count)));
  }
}
