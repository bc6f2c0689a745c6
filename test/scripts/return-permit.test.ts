import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import type { PermitPlace } from '#libs/state';
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

const limited = { tenant: 'local', kind: 'concurrency', key: 'db' } as const;

function placeOf(task: string, round = '1'): PermitPlace {
  return { directiveId: task, index: '0', round };
}

async function take(task: string, max = 1, key = 'db'): Promise<string> {
  const order = {
    ...limited,
    key,
    word: 'ask',
    place: placeOf(task),
    max: String(max),
    perMs: '0',
    member: '',
  } as const;
  return (await stage.permits.take(order)).result;
}

/** Answers who has the place now. */
async function giveBack(task: string, max = 1, key = 'db'): Promise<string[]> {
  const given = await stage.permits.giveBack({ ...limited, key, place: placeOf(task) }, String(max));
  return given.map(({ place }) => place.directiveId);
}

function home(name: string): string {
  return `${stage.keys.tenant('local')}:${name}:concurrency:db`;
}

async function at(name: string): Promise<string[]> {
  return stage.redis.zrange(home(name), '0', '-1');
}

describe('a place that comes back', () => {
  it('is handed to the first in line, and the answer says which task is to be told', async () => {
    for (const task of ['a', 'b', 'c']) await take(task);
    const given = await stage.permits.giveBack({ ...limited, place: placeOf('a') }, '1');
    expect(given).toEqual([{ ...limited, place: placeOf('b'), turnAtMs: null }]);
    expect([await at('holders'), await at('line')]).toEqual([['b.0.1'], ['1|c.0.1']]);
    expect([await take('b'), await take('c')]).toEqual(['granted', 'waiting']);
  });

  it('goes from one to the next in the order they came', async () => {
    const tasks = ['a', 'b', 'c', 'd', 'e'];
    for (const task of tasks) await take(task, 2);
    const handed: string[][] = [];
    for (const task of tasks) handed.push(await giveBack(task, 2));
    expect(handed).toEqual([['c'], ['d'], ['e'], [], []]);
    expect([await at('holders'), await at('line')]).toEqual([[], []]);
  });

  it('is handed on once, however often it comes back', async () => {
    for (const task of ['a', 'b', 'c']) await take(task);
    expect([await giveBack('a'), await giveBack('a'), await giveBack('a')]).toEqual([['b'], [], []]);
    expect([await at('holders'), await at('line')]).toEqual([['b.0.1'], ['1|c.0.1']]);
  });

  it('is free when nobody waits', async () => {
    await take('a');
    expect(await giveBack('a')).toEqual([]);
    expect(await take('b')).toBe('granted');
  });

  it('of one key is not for who waits for another', async () => {
    await take('a');
    await take('b');
    await take('a', 1, 'other');
    expect(await giveBack('a', 1, 'other')).toEqual([]);
    expect(await take('b')).toBe('waiting');
  });

  it('is handed on under a key of odd characters', async () => {
    for (const key of ['}:{', '1|a.0.1', ' ', '"\\', '\0', '😀', '*']) {
      for (const task of ['a', 'b']) await take(task, 1, key);
      expect(await giveBack('a', 1, key)).toEqual(['b']);
    }
  });
});

describe('one that gives back what it only waits for', () => {
  it('leaves the line, and those behind it move up', async () => {
    for (const task of ['a', 'b', 'c']) await take(task);
    expect(await giveBack('b')).toEqual([]);
    expect(await at('line')).toEqual(['1|c.0.1']);
    expect(await giveBack('a')).toEqual(['c']);
  });

  it('lets those go whom it kept', async () => {
    await take('a', 3);
    for (const [task, max] of [
      ['low', 1],
      ['b', 3],
      ['c', 3],
      ['d', 3],
    ] as const)
      await take(task, max);
    expect(await giveBack('low', 1)).toEqual(['b', 'c']);
    expect(await at('line')).toEqual(['3|d.0.1']);
  });
});

describe('a return that overtakes its request', () => {
  it('is remembered, so that the request gets nothing that nobody would give back', async () => {
    expect(await giveBack('a')).toEqual([]);
    expect(await take('a')).toBe('returned');
    expect([await at('holders'), await at('line')]).toEqual([[], []]);
    expect(await take('b')).toBe('granted');
  });

  it('is about one round of asking: the next attempt of the task gets its place', async () => {
    await giveBack('a');
    const order = { ...limited, word: 'ask', place: placeOf('a', '2'), max: '1', perMs: '0', member: '' } as const;
    expect((await stage.permits.take(order)).result).toBe('granted');
  });

  it('is forgotten after a minute', async () => {
    await giveBack('old');
    const ttlMs = await stage.redis.pttl(home('returned'));
    expect(ttlMs).toBeGreaterThan(60_000);
    expect(ttlMs).toBeLessThanOrEqual(120_000);
    const [, toldAt] = await stage.redis.zrange(home('returned'), '0', '-1', 'WITHSCORES');
    await stage.redis.zincrby(home('returned'), -61_000, 'old.0.1');
    await giveBack('new');
    expect(await at('returned')).toEqual(['new.0.1']);
    expect(Math.abs(Number(toldAt) - Date.now())).toBeLessThan(60_000);
  });
});

describe('a line of tasks with different limits', () => {
  it('is served in its order: nobody passes the first, though there would be a place', async () => {
    for (const task of ['a', 'b', 'c']) await take(task, 3);
    await take('low', 1);
    await take('high', 3);
    expect([await giveBack('a', 3), await giveBack('b', 3)]).toEqual([[], []]);
    expect(await giveBack('c', 3)).toEqual(['low', 'high']);
  });

  it('gets all places at once that the limits of the first ones allow', async () => {
    await take('a', 1);
    await take('low', 1);
    for (const task of ['b', 'c', 'd']) await take(task, 3);
    expect(await giveBack('a', 1)).toEqual(['low', 'b', 'c']);
    expect(await at('line')).toEqual(['3|d.0.1']);
  });

  it('of any length gets 100 places a call, and the rest with the next return', async () => {
    await take('a', 1);
    await take('low', 1);
    const crowd = Array.from({ length: 150 }, (_, n) => `t${n}`);
    for (const task of crowd) await take(task, 1_000);
    expect(await giveBack('a', 1)).toEqual(['low', ...crowd.slice(0, 99)]);
    expect(await giveBack('t7', 1_000)).toEqual(crowd.slice(99));
    expect(await at('line')).toEqual([]);
  });
});

/** The same in a few lines of TypeScript: a list of who holds a place, and one of who waits. */
class Queue {
  holders: string[] = [];
  line: { task: string; max: number }[] = [];
  private readonly returned = new Set<string>();

  take(task: string, max: number): string {
    if (this.returned.has(task)) return 'returned';
    if (this.holders.includes(task)) return 'granted';
    if (!this.line.some((one) => one.task === task)) this.line.push({ task, max });
    this.handOn();
    return this.holders.includes(task) ? 'granted' : 'waiting';
  }

  giveBack(task: string): string[] {
    this.holders = this.holders.filter((one) => one !== task);
    this.line = this.line.filter((one) => one.task !== task);
    this.returned.add(task);
    return this.handOn();
  }

  private handOn(): string[] {
    const before = this.holders.length;
    while (this.line.length > 0 && this.holders.length < this.line[0]!.max) this.holders.push(this.line.shift()!.task);
    return this.holders.slice(before);
  }
}

it('hands places on first come, first served, for any order of requests and returns', async () => {
  const task = fc.nat(9);
  const step = fc.record({ isReturn: fc.boolean(), task });
  const maxima = fc.array(fc.integer({ min: 1, max: 4 }), { minLength: 10, maxLength: 10 });
  await fc.assert(
    fc.asyncProperty(maxima, fc.array(step, { maxLength: 40 }), async (limits, steps) => {
      stage = bed.stage();
      const queue = new Queue();
      for (const { isReturn, task: n } of steps) {
        const [name, max] = [`t${n}`, limits[n]!];
        const [answer, expected] = isReturn
          ? [await giveBack(name, max), queue.giveBack(name)]
          : [await take(name, max), queue.take(name, max)];
        expect(answer).toEqual(expected);
        expect((await at('holders')).toSorted()).toEqual(queue.holders.map((one) => `${one}.0.1`).toSorted());
        expect(await at('line')).toEqual(queue.line.map((one) => `${one.max}|${one.task}.0.1`));
      }
    }),
    { numRuns: 60 },
  );
});

describe('return-permit', () => {
  it('has nothing to do with a turn under a rate, which is gone', async () => {
    const given = await stage.permits.giveBack({ ...limited, kind: 'rate', place: placeOf('a') }, '1');
    expect(given).toEqual([]);
    expect(await stage.keyspace()).toEqual({});
  });

  it('writes nothing when a key is of a wrong type', async () => {
    for (const task of ['a', 'b']) await take(task);
    const keys = ['holders', 'line', 'returned'].map(home);
    await expectNothingWritten(stage, keys, async () => giveBack('a'));
    expect(await giveBack('a')).toEqual(['b']);
  });
});
