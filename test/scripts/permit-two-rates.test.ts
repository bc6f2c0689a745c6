import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { Permit } from '#libs/contracts';
import { ScriptRunner, type GivenPermit } from '#libs/state';
import { echo } from './orders.js';
import { carry, filed, given, tell } from './permits.js';
import { ScriptBed } from './script-bed.js';
import type { Stage } from './stage.js';

let bed: ScriptBed;
let stage: Stage;
beforeAll(async () => {
  bed = await ScriptBed.open();
});
beforeEach(() => {
  stage = bed.stage();
});
afterAll(async () => bed.close());

/** Gives the task the permits that an operator's rate beside the action's own would. */
async function beginWith(permits: Permit[]): Promise<string> {
  const id = await stage.accept([echo('a')]);
  const control = JSON.parse((await stage.redis.hget(stage.keys.plan(id), '0'))!) as object;
  await stage.redis.hset(stage.keys.plan(id), '0', JSON.stringify({ ...control, permits }));
  await stage.start(id);
  return id;
}

describe('a task under two rates', () => {
  const rates: Permit[] = [
    { kind: 'rate', key: 'own', max: 1, perMs: 2 },
    { kind: 'rate', key: 'house own', max: 1, perMs: 2 },
  ];
  const turn = (id: string, key: string, turnAtMs = 1): GivenPermit => given(id, { kind: 'rate', key, turnAtMs });

  it('asks for one after the other, and goes with both', async () => {
    const id = await beginWith(rates);
    expect(await tell(stage, turn(id, 'own'))).toEqual([]);
    expect(await filed(stage)).toEqual(['ask 0 1 house own']);
    expect(await tell(stage, turn(id, 'house own'))).toEqual(['a']);
  });

  it('says which of the two it waits for', async () => {
    const id = await beginWith(rates);
    await tell(stage, turn(id, 'own'));
    expect((await stage.task(id, '0'))!['waiting']).toEqual(['rate', 'house own']);
  });

  it('goes with both when the first turn comes by the clock', async () => {
    const id = await beginWith(rates);
    await tell(stage, turn(id, 'own', Date.now() + 60_000));
    await stage.redis.zadd(stage.keys.timers(0), 'XX', 1, `permit:${id}.0`);
    await stage.attempts.fireTimers(0, 10);
    expect(await carry(stage, 0)).toEqual([`${id} a`]);
  });
});

it.each(['', 'many'])('return-permit refuses the limit "%s" before its first write', async (limit) => {
  const order = { ...given('a'), word: 'ask', max: '1', perMs: '0', member: '' } as const;
  await stage.permits.take(order);
  const before = await stage.keyspace();
  const args = ['concurrency', 'db', 'a.0.1', limit];
  const call = new ScriptRunner(stage.redis).run({ name: 'return-permit', root: stage.keys.tenant('local'), args });
  await expect(call).rejects.toThrow('the limit or what was spent is needed');
  expect(await stage.keyspace()).toEqual(before);
});
