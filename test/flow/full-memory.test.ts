import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { HealthCheck } from '#libs/telemetry';
import { RoomsBed } from './rooms-bed.js';

let bed: RoomsBed;

beforeEach(async () => {
  bed = await RoomsBed.open();
});

afterEach(async () => {
  await bed.redis.config('SET', 'maxmemory', '0');
  await bed.close();
});

/** Fills Redis for good: to the last byte it may use, and beyond by what comes after. */
async function fill(): Promise<void> {
  await bed.redis.config('SET', 'maxmemory', '1');
}

async function makeRoom(): Promise<void> {
  await bed.redis.config('SET', 'maxmemory', '0');
}

async function until(isSo: () => Promise<boolean>, timeoutMs = 15_000): Promise<number> {
  const begun = performance.now();
  while (!(await isSo())) {
    if (performance.now() - begun > timeoutMs) throw new Error(`not so within ${timeoutMs} ms`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  return performance.now() - begun;
}

async function isReady(checks: readonly HealthCheck[] = []): Promise<boolean> {
  const reports = await Promise.all(checks.map(async (check) => check.look()));
  return reports.every(({ ok }) => ok);
}

/** Actions that wait until the gate opens; each run is written down outside of Redis. */
function openGate() {
  const gate = Promise.withResolvers<void>();
  const runs = new Map<string, number>();
  const behaviour = async ({ effectKey }: { effectKey: string }): Promise<string> => {
    runs.set(effectKey, (runs.get(effectKey) ?? 0) + 1);
    await gate.promise;
    return 'done';
  };
  return { open: gate.resolve, runs, behaviour };
}

const chain = [
  { id: 'a', action: 'test.once' },
  { id: 'b', action: 'test.pure', dependsOn: ['a'] },
  { id: 'c', action: 'test.once', dependsOn: ['b'] },
];

describe('a Redis at its maxmemory', () => {
  it('loses nothing and runs nothing twice: what runs is settled, what follows is sent when there is room', async () => {
    const gate = openGate();
    // Half of it may go by without a renewal; this process does everything else, too.
    const lockDuration = 4_000;
    const options = { concurrency: 10, lockDuration };
    await bed.serve({ name: 'test.once', effect: 'once' }, gate.behaviour, options);
    await bed.serve({ name: 'test.pure', effect: 'pure' }, gate.behaviour, options);
    const executor = await bed.startExecutor();
    const ids = await Promise.all(Array.from({ length: 30 }, async () => bed.submit(chain)));
    await until(async () => gate.runs.size === 10);
    expect(await isReady(executor.checks)).toBe(true);

    await fill();
    expect(await until(async () => !(await isReady(executor.checks)))).toBeLessThan(5_000);
    // Longer than the locks of these foreign workers, which they cannot renew now.
    const filledAt = performance.now();
    await until(async () => performance.now() - filledAt > 2 * lockDuration);
    expect([...gate.runs.values()].every((runs) => runs === 1)).toBe(true);

    gate.open();
    const settled = async (): Promise<number> => {
      const stories = await Promise.all(ids.map(async (id) => bed.story(id)));
      return stories.flat().filter((line) => line.startsWith('task.completed')).length;
    };
    await until(async () => (await settled()) >= 10);
    expect(await isReady(executor.checks)).toBe(false);

    await makeRoom();
    for (const id of ids) expect(await bed.finished(id, 40_000)).toBe('COMPLETED');
    expect([...gate.runs.values()].filter((runs) => runs > 1)).toEqual([]);
    expect(gate.runs.size).toBe(90);
    await until(async () => isReady(executor.checks));
  });
});
