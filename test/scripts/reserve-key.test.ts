import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { KeyRegister, ScriptRunner, type KeyReservation } from '#libs/state';
import { ScriptBed } from './script-bed.js';
import type { Stage } from './stage.js';

let bed: ScriptBed;
let stage: Stage;
let keys: KeyRegister;
beforeAll(async () => {
  bed = await ScriptBed.open();
});
beforeEach(() => {
  stage = bed.stage();
  keys = new KeyRegister(new ScriptRunner(bed.redis), stage.keys, 15_000);
});
afterAll(async () => bed.close());

const request = { tenant: 'local', key: 'k', requestHash: 'one', directiveId: 'd0_1' };

async function reserved(register = keys, change: Partial<typeof request> = {}): Promise<KeyReservation> {
  const answer = await register.reserve({ ...request, ...change });
  if (answer.result !== 'reserved') throw new Error(JSON.stringify(answer));
  return answer.reservation;
}

async function recordKey(): Promise<string> {
  const [key] = await bed.redis.keys(`${stage.keys.tenant('local')}:idem:*`);
  return key!;
}

async function leftMs(): Promise<number> {
  return bed.redis.pttl(await recordKey());
}

describe('an Idempotency-Key', () => {
  it('is reserved for the first, and whoever comes meanwhile is told to wait', async () => {
    expect((await reserved()).directiveId).toBe('d0_1');
    const answer = await keys.reserve(request);
    const left = answer.result === 'busy' ? answer.leftMs : Number.NaN;
    expect([left > 0, left <= 15_000]).toEqual([true, true]);
    expect(await leftMs()).toBeLessThanOrEqual(15_000);
  });

  it('gives the directive of the first to whoever comes after, for 24 h', async () => {
    await keys.end(await reserved(), 'done');
    expect(await keys.reserve({ ...request, directiveId: 'd3_other' })).toEqual({
      result: 'done',
      directiveId: 'd0_1',
    });
    const left = await leftMs();
    expect([left > 24 * 3_600_000 - 60_000, left <= 24 * 3_600_000]).toEqual([true, true]);
  });

  it('is refused for another request, while the first is in progress and after it', async () => {
    const first = await reserved();
    expect(await keys.reserve({ ...request, requestHash: 'two' })).toEqual({ result: 'mismatch' });
    await keys.end(first, 'done');
    expect(await keys.reserve({ ...request, requestHash: 'two' })).toEqual({ result: 'mismatch' });
  });

  it('is free again when the request was refused', async () => {
    await keys.end(await reserved(), 'refused');
    expect(await bed.redis.keys(`${stage.keys.tenant('local')}:idem:*`)).toEqual([]);
    await reserved(keys, { requestHash: 'two' });
  });

  it('of a server that died goes to the next try, and is its alone', async () => {
    const dead = await reserved();
    await bed.redis.del(await recordKey());
    const next = await reserved();
    await keys.end(dead, 'refused');
    expect((await keys.reserve(request)).result).toBe('busy');
    await keys.end(next, 'done');
    await keys.end(next, 'refused');
    expect(await keys.reserve(request)).toEqual({ result: 'done', directiveId: 'd0_1' });
  });

  it('is not waited for when it is not known what came of it', async () => {
    await keys.end(await reserved(), 'unknown');
    expect(await leftMs()).toBeLessThanOrEqual(15_000);
    expect((await reserved(keys, { directiveId: 'd3_other' })).directiveId).toBe('d0_1');
  });

  it('is given up when more than its lease is left: the clock went back', async () => {
    const ahead = new KeyRegister(new ScriptRunner(bed.redis), stage.keys, 3_600_000);
    await reserved(ahead);
    expect((await ahead.reserve(request)).result).toBe('busy');
    expect((await reserved(keys, { directiveId: 'd3_other' })).directiveId).toBe('d0_1');
  });

  it('is a tenant’s own', async () => {
    await reserved();
    expect((await reserved(keys, { tenant: 'acme', requestHash: 'two', directiveId: 'd0_2' })).directiveId).toBe(
      'd0_2',
    );
  });

  it('is reserved once by a call that is sent again', async () => {
    const args = ['hash', 'one', 'd0_1', 'try', 15_000];
    const call = async (): Promise<unknown> =>
      new ScriptRunner(bed.redis).run({ name: 'reserve-key', root: stage.keys.tenant('local'), args });
    expect([await call(), await call()]).toEqual([
      ['reserved', 'd0_1'],
      ['reserved', 'd0_1'],
    ]);
  });

  it('is not touched when its key is of a wrong type', async () => {
    await reserved();
    const key = await recordKey();
    await bed.redis.del(key);
    await bed.redis.rpush(key, 'a list');
    await expect(keys.reserve(request)).rejects.toThrow('WRONGTYPE');
    expect(await bed.redis.lrange(key, 0, -1)).toEqual(['a list']);
  });
});
