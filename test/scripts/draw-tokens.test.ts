import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { RateBuckets, ScriptRunner, type Draw } from '#libs/state';
import { ScriptBed } from './script-bed.js';
import type { Stage } from './stage.js';

const hour = 3_600_000;

let bed: ScriptBed;
let stage: Stage;
let buckets: RateBuckets;
beforeAll(async () => {
  bed = await ScriptBed.open();
});
beforeEach(() => {
  stage = bed.stage();
  buckets = new RateBuckets(new ScriptRunner(bed.redis), stage.keys);
});
afterAll(async () => bed.close());

async function draw(wanted: number, max = 10, name = 'actor:ci', perMs = hour): Promise<Draw> {
  return buckets.draw({ tenant: 'acme', name, max, perMs }, wanted);
}

describe('a bucket of requests', () => {
  it('is full at first, gives what is asked for, and no more than is there', async () => {
    expect(await draw(3)).toEqual({ granted: 3, left: 7, retryMs: 0 });
    expect(await draw(20)).toEqual({ granted: 7, left: 0, retryMs: 0 });
    const { granted, retryMs } = await draw(1);
    expect([granted, retryMs > 0, retryMs <= hour / 10]).toEqual([0, true, true]);
  });

  it('is each name its own, and each tenant its own', async () => {
    await draw(10);
    expect(await draw(1, 10, 'actor:ann')).toMatchObject({ granted: 1 });
    expect(await buckets.draw({ tenant: 'rival', name: 'actor:ci', max: 10, perMs: hour }, 1)).toMatchObject({
      granted: 1,
    });
    expect(await buckets.draw({ name: 'actor:ci', max: 10, perMs: hour }, 1)).toMatchObject({ granted: 1 });
  });

  it('is gone when it is full again, so that nobody who came once is kept for ever', async () => {
    await draw(1, 10, 'brief', 50);
    const key = `${stage.keys.tenant('acme')}:rate:brief`;
    expect(await bed.redis.pttl(key)).toBeLessThanOrEqual(6);
  });

  it('that says it is full in a year, after a clock that went back, is full now', async () => {
    await bed.redis.set(`${stage.keys.tenant('acme')}:rate:actor:ci`, String(Date.now() + 365 * 24 * hour));
    expect(await draw(1)).toMatchObject({ granted: 1, left: 9 });
  });

  it.each([
    [0, 1],
    [10, 0],
  ])('of %d takes no %d', async (max, wanted) => {
    const before = await stage.keyspace();
    await expect(draw(wanted, max)).rejects.toThrow(/a limit, a period and a number/);
    expect(await stage.keyspace()).toEqual(before);
  });
});
