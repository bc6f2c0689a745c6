import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { ScriptRunner, type PermitAnswer, type PermitOrder } from '#libs/state';
import { ScriptBed } from './script-bed.js';
import type { Stage } from './stage.js';
import { expectNothingWritten } from './wrong-type.js';

let bed: ScriptBed;
let stage: Stage;
beforeAll(async () => {
  bed = await ScriptBed.open();
});
beforeEach(() => {
  stage = bed.stage();
});
afterAll(async () => bed.close());

type Wish = Partial<Pick<PermitOrder, 'kind' | 'key' | 'tenant'>> & { max?: number; perMs?: number; round?: number };

async function take(task: string, wish: Wish = {}): Promise<PermitAnswer> {
  const { kind = 'concurrency', key = 'db', tenant = 'local', max = 1, perMs = 0, round = 1 } = wish;
  const place = { directiveId: task, index: '0', round: String(round) };
  return stage.permits.take({
    place,
    word: 'ask',
    tenant,
    kind,
    key,
    max: String(max),
    perMs: String(perMs),
    member: '',
  });
}

async function words(tasks: readonly string[], wish: Wish = {}): Promise<string[]> {
  const answers: string[] = [];
  for (const task of tasks) answers.push((await take(task, wish)).result);
  return answers;
}

async function turnOf(task: string, wish: Wish): Promise<number> {
  const answer = await take(task, { kind: 'rate', ...wish });
  return answer.result === 'granted' ? answer.turnAtMs! : Number.NaN;
}

async function giveBack(task: string, max = 1): Promise<void> {
  const place = { directiveId: task, index: '0', round: '1' };
  await stage.permits.giveBack({ place, tenant: 'local', kind: 'concurrency', key: 'db' }, String(max));
}

function home(name: string, kind = 'concurrency'): string {
  return `${stage.keys.tenant('local')}:${name}:${kind}:db`;
}

async function members(name: string): Promise<string[]> {
  return stage.redis.zrange(home(name), '0', '-1');
}

async function raw(...args: (string | number)[]): Promise<unknown> {
  return new ScriptRunner(stage.redis).run({ name: 'take-permit', root: stage.keys.tenant('local'), args });
}

describe('a place under a concurrency key', () => {
  it('is for as many as the limit says; the others stand in line as they came', async () => {
    expect(await words(['a', 'b', 'c', 'd'], { max: 2 })).toEqual(['granted', 'granted', 'waiting', 'waiting']);
    expect((await members('holders')).toSorted()).toEqual(['a.0.1', 'b.0.1']);
    expect(await members('line')).toEqual(['2|c.0.1', '2|d.0.1']);
  });

  it('is given at once', async () => {
    expect(await take('a')).toEqual({ result: 'granted', turnAtMs: null });
  });

  it('is answered the same however often it is asked for', async () => {
    const tasks = ['a', 'b', 'c'];
    const first = await words(tasks);
    const before = await stage.keyspace();
    expect(await words([...tasks, ...tasks.toReversed()])).toEqual([...first, ...first.toReversed()]);
    expect(await stage.keyspace()).toEqual(before);
  });

  it('that is free is not for one who comes new while others wait, but for the first of these', async () => {
    await words(['a', 'b', 'c']);
    await stage.redis.zrem(home('holders'), 'a.0.1');
    expect(await words(['new', 'c', 'b'])).toEqual(['waiting', 'waiting', 'granted']);
    expect(await members('line')).toEqual(['1|c.0.1', '1|new.0.1']);
  });

  it('is bounded by the limit of the one who asks, where tasks name different ones', async () => {
    expect(await words(['a', 'b'], { max: 3 })).toEqual(['granted', 'granted']);
    expect(await words(['low'], { max: 2 })).toEqual(['waiting']);
    // There is a place for it, but it came later.
    expect(await words(['high'], { max: 3 })).toEqual(['waiting']);
    expect(await members('line')).toEqual(['2|low.0.1', '3|high.0.1']);
  });

  it('that was given back before it was asked for is not given any more', async () => {
    await giveBack('a');
    const before = await stage.keyspace();
    expect(await words(['a', 'a'])).toEqual(['returned', 'returned']);
    expect(await stage.keyspace()).toEqual(before);
    expect(await take('a', { round: 2 })).toMatchObject({ result: 'granted' });
  });

  it('that was given back is not given again to a repeated request', async () => {
    await words(['a', 'b']);
    await giveBack('a');
    await giveBack('b');
    expect(await words(['a', 'b', 'c'])).toEqual(['returned', 'returned', 'granted']);
  });

  it('is of one tenant, and no rate has to do with it', async () => {
    await take('a');
    expect(await take('b', { tenant: 'other' })).toMatchObject({ result: 'granted' });
    expect(await take('b', { kind: 'rate', perMs: 1 })).toMatchObject({ result: 'granted' });
    expect(await take('b')).toEqual({ result: 'waiting' });
  });

  it('is of one key, whatever characters it has', async () => {
    const strange = fc.constantFrom(
      'db:x',
      'db',
      '}',
      '{t}',
      ' ',
      '1|a.0.1',
      '"',
      '\\',
      '\n',
      '\0',
      '%d',
      'ü',
      '😀',
      '*',
    );
    const anyKey = fc.oneof(strange, fc.string({ minLength: 1, maxLength: 200, unit: 'binary' }));
    await fc.assert(
      fc.asyncProperty(fc.uniqueArray(anyKey, { minLength: 2, maxLength: 5 }), async (keys) => {
        stage = bed.stage();
        for (const key of keys)
          expect(await words(['a', 'b', 'a'], { key })).toEqual(['granted', 'waiting', 'granted']);
      }),
      { numRuns: 30 },
    );
  });
});

describe('a turn under a rate', () => {
  it('is now for as many as the limit says, then comes one after the other', async () => {
    const turns: number[] = [];
    for (let at = 0; at < 8; at += 1) turns.push(await turnOf(`t${at}`, { max: 4, perMs: 400_000 }));
    const [first] = turns;
    // The bucket fills by one in 100 s; this takes less than one.
    expect(turns.slice(0, 4).every((turn) => turn - first! < 1_000)).toBe(true);
    const gaps = turns.slice(4).map((turn) => Math.floor((turn - first!) / 1_000));
    expect(gaps).toEqual([100, 200, 300, 400]);
  });

  it('is the same however often it is asked for', async () => {
    const rate = { max: 1, perMs: 50_000 };
    const first = [await turnOf('a', rate), await turnOf('b', rate), await turnOf('c', rate)];
    const before = await stage.keyspace();
    expect([await turnOf('a', rate), await turnOf('b', rate), await turnOf('c', rate)]).toEqual(first);
    expect(await stage.keyspace()).toEqual(before);
    expect(new Set(first).size).toBe(3);
  });

  it('leaves nothing behind for good', async () => {
    await turnOf('a', { max: 1, perMs: 50_000 });
    const names = [home('holders', 'rate'), home('full', 'rate')];
    expect(Object.keys(await stage.keyspace()).toSorted()).toEqual(names.toSorted());
    for (const name of names) expect(await stage.redis.pttl(name)).toBeGreaterThan(50_000);
  });
});

describe('take-permit', () => {
  it.each([
    ['no limit', ['concurrency', 'db', 'a.0.1', '', 0]],
    ['a limit of 0', ['concurrency', 'db', 'a.0.1', 0, 0]],
    ['a limit that is no number', ['concurrency', 'db', 'a.0.1', 'many', 0]],
    ['no period', ['concurrency', 'db', 'a.0.1', 1, '']],
    ['a rate with a period of 0', ['rate', 'db', 'a.0.1', 1, 0]],
    ['a rate with a limit below 0', ['rate', 'db', 'a.0.1', -1, 10]],
  ])('refuses %s', async (_, args) => {
    await expect(raw(...args)).rejects.toThrow('a limit and a period are needed');
    expect(await stage.keyspace()).toEqual({});
  });

  it('writes nothing when a key of a place is of a wrong type', async () => {
    await words(['a', 'b']);
    const keys = ['holders', 'line', 'returned'].map((name) => home(name));
    await expectNothingWritten(stage, keys, async () => take('c'));
    expect(await take('c')).toEqual({ result: 'waiting' });
  });

  it('writes nothing when a key of a turn is of a wrong type, or holds no time', async () => {
    const ask = async (): Promise<PermitAnswer> => take('b', { kind: 'rate', perMs: 10 });
    await take('a', { kind: 'rate', perMs: 10 });
    await expectNothingWritten(stage, [home('holders', 'rate')], ask);
    await expectNothingWritten(stage, [home('full', 'rate')], ask, 'number expected');
    expect(await ask()).toMatchObject({ result: 'granted' });
  });
});
