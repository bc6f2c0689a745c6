import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { formatTaskIndex, type Json, type TaskSpec, type TaskView } from '#libs/contracts';
import { AttemptStore, ScriptRunner } from '#libs/state';
import { HttpFront, eventually } from './http-front-bed.js';
import type { RoomsBed } from './rooms-bed.js';

const rate = { limit: 5, perMs: 200 };
const places = 3;

let front: HttpFront;
let rooms: RoomsBed;
const blocker = Promise.withResolvers<void>();
/** How many tasks of `test.work` are at work at once, counted where they work. */
const work = { now: 0, most: 0, isFull: Promise.withResolvers<void>() };
const alone = { now: 0, most: 0 };
/** When each task of `test.rated` started, by directive and index. */
const starts = new Map<string, number>();

async function beAtWork(): Promise<void> {
  work.now += 1;
  work.most = Math.max(work.most, work.now);
  if (work.now === places) work.isFull.resolve();
  // The first ones wait for each other; after that, a moment in which another one could begin.
  await work.isFull.promise;
  await rooms.redis.ping();
  work.now -= 1;
}

async function beAlone(): Promise<void> {
  alone.now += 1;
  alone.most = Math.max(alone.most, alone.now);
  await rooms.redis.ping();
  alone.now -= 1;
}

beforeAll(async () => {
  front = await HttpFront.open({ COC_SHARDS: '2' });
  rooms = front.rooms;
  await rooms.serve({ name: 'test.echo', effect: 'pure' }, async ({ input }) => input);
  await rooms.serve({ name: 'test.work', effect: 'pure' }, beAtWork);
  await rooms.serve({ name: 'test.alone', effect: 'pure' }, beAlone);
  await rooms.serve({ name: 'test.block', effect: 'pure' }, async () => blocker.promise);
  await rooms.serve({ name: 'test.rated', effect: 'pure', rate }, async ({ directiveId, input }) => {
    starts.set(`${directiveId}.${formatTaskIndex(Number(input))}`, Date.now());
  });
  const slow = { limit: 1, perMs: 3_600_000 };
  await rooms.serve({ name: 'test.slow', effect: 'pure', rate: slow }, async ({ input }) => input);
  await rooms.startExecutor();
});

afterAll(async () => {
  blocker.resolve();
  work.isFull.resolve();
  await front.close();
});

function underKey(id: string, key: string, limit: number, action = 'test.echo'): TaskSpec {
  return { id, action, concurrency: { key, limit } };
}

function homeKey(name: string, limit: string): string {
  return `${rooms.keys.tenant('local')}:${name}:${limit}`;
}

/** Until nobody holds a place under the key, nobody waits for one, and no shard has anything more to say. */
async function untilEmpty(key: string): Promise<void> {
  const names = [homeKey('holders', `concurrency:${key}`), homeKey('line', `concurrency:${key}`)];
  await eventually(
    async () => rooms.redis.exists(...names, rooms.keys.permits(0), rooms.keys.permits(1)),
    (found) => found === 0,
  );
}

/** The task as soon as it waits for what is named. */
async function waits(id: string, task: string, kind: string): Promise<TaskView> {
  const tasks = await eventually(
    async () => front.tasks(id),
    (all) => all.get(task)?.waitingOn?.kind === kind,
  );
  return tasks.get(task)!;
}

async function cancel(id: string): Promise<void> {
  expect((await front.call('POST', `/directives/${id}/cancel`)).json).toMatchObject({ state: 'CANCELLED' });
}

describe('a concurrency key', () => {
  it('lets as many tasks work at once as it says, of two directives on two shards, and all of them in the end', async () => {
    const tasks = Array.from({ length: 20 }, (_, at) => underKey(`t${at}`, 'shared', places, 'test.work'));
    const ids = await Promise.all([0, 1].map(async (shard) => rooms.submit(tasks, { shard })));
    for (const id of ids) expect(await rooms.finished(id)).toBe('COMPLETED');
    for (const id of ids) expect(await rooms.field(id, 'succeeded')).toBe('20');
    expect(work).toMatchObject({ now: 0, most: places });
    await untilEmpty('shared');
  });

  it('holds for each task of a fan-out', async () => {
    const each = {
      ...underKey('each', 'spread', 1, 'test.alone'),
      forEach: { items: [1, 2, 3, 4, 5, 6], maxItems: 6 },
    };
    const id = await rooms.submit([each, { id: 'join', action: 'test.echo', input: { $task: 'each' } }], { shard: 1 });
    expect(await rooms.finished(id)).toBe('COMPLETED');
    expect(alone).toEqual({ now: 0, most: 1 });
    expect(await rooms.story(id)).toEqual(expect.arrayContaining(['task.deferred each[5]', 'task.completed each[5]']));
    await untilEmpty('spread');
  });

  it('is named by who waits for it, who goes on when the directive that holds it is cancelled', async () => {
    const holding = await rooms.submit([underKey('holds', 'only', 1, 'test.block')], { shard: 0 });
    await rooms.until(holding, ({ type }) => type === 'task.started');
    const other = await rooms.submit([underKey('waits', 'only', 1)], { shard: 1 });
    expect(await waits(other, 'waits', 'concurrency')).toMatchObject({
      state: 'deferred',
      attempt: 0,
      owner: 'executor',
      waitingOn: { ref: 'only' },
    });
    await cancel(holding);
    expect(await rooms.finished(other)).toBe('COMPLETED');
    await untilEmpty('only');
  });

  it('is left by who is cancelled in its line', async () => {
    const holding = await rooms.submit([underKey('holds', 'line', 1, 'test.block')], { shard: 1 });
    await rooms.until(holding, ({ type }) => type === 'task.started');
    const [gone, next] = [
      await rooms.submit([underKey('a', 'line', 1)], { shard: 0 }),
      await rooms.submit([underKey('a', 'line', 1)], { shard: 1 }),
    ];
    await eventually(
      async () => rooms.redis.zcard(homeKey('line', 'concurrency:line')),
      (length) => length === 2,
    );
    await cancel(gone);
    await cancel(holding);
    expect(await rooms.finished(next)).toBe('COMPLETED');
    expect(await rooms.story(gone)).not.toContain('task.queued a');
    await untilEmpty('line');
  });

  it('is asked for again when the executor that was to ask has died', async () => {
    const id = await rooms.accept([underKey('a', 'left', 1)], { shard: 1 });
    const attempts = new AttemptStore(new ScriptRunner(rooms.redis), rooms.keys, rooms.env.executor.queueWindow);
    const { followups } = await attempts.startDirectives([id]);
    expect(followups).toMatchObject([{ dispatched: [], permits: 1 }]);
    expect(await rooms.finished(id)).toBe('COMPLETED');
    await untilEmpty('left');
  });
});

describe('a rate', () => {
  it('is kept by the tasks of two directives on two shards', async () => {
    const tasks = Array.from({ length: 15 }, (_, at) => ({ id: `t${at}`, action: 'test.rated', input: at }));
    const submittedAt = Date.now();
    const ids = await Promise.all([0, 1].map(async (shard) => rooms.submit(tasks, { shard })));
    for (const id of ids) expect(await rooms.finished(id)).toBe('COMPLETED');
    const turns = await turnsUnder('test.rated');
    expect([...turns.keys()].toSorted()).toEqual([...starts.keys()].toSorted());
    expect(starts.size).toBe(30);

    // Nobody starts before its own turn, and of the turns no period has more than a full bucket and what flows in meanwhile.
    for (const [task, turnAt] of turns) expect(starts.get(task)).toBeGreaterThanOrEqual(turnAt);
    for (const from of turns.values()) {
      const inWindow = [...turns.values()].filter((at) => at >= from && at < from + rate.perMs);
      expect(inWindow.length).toBeLessThanOrEqual(2 * rate.limit);
    }
    // Late is allowed: a busy machine may start together what had its turns one after the other.
    for (const [count, at] of [...starts.values()].toSorted((left, right) => left - right).entries())
      expect(at).toBeGreaterThanOrEqual(submittedAt + ((count + 1 - rate.limit) * rate.perMs) / rate.limit);
  });

  it('is named by who waits for its turn, and until when', async () => {
    const id = await front.submit({ tasks: ['a', 'b'].map((task) => ({ id: task, action: 'test.slow' })) });
    await rooms.until(id, ({ type }) => type === 'task.completed');
    const [first] = [...(await front.tasks(id)).values()].filter(({ state }) => state !== 'succeeded');
    const late = await waits(id, first!.id, 'rate');
    expect(late).toMatchObject({ state: 'deferred', attempt: 0, owner: 'executor', waitingOn: { ref: 'test.slow' } });
    const [, lastTurn] = [...(await turnsUnder('test.slow')).values()].toSorted((left, right) => left - right);
    expect(Date.parse(late.deadline!)).toBe(lastTurn);
    await cancel(id);
  });
});

/** By directive and index, from the home slot. */
async function turnsUnder(action: string): Promise<Map<string, number>> {
  const scores = await rooms.redis.zrange(homeKey('holders', `rate:${action}`), '0', '-1', 'WITHSCORES');
  const holders = scores.flatMap((holder, at) => (at % 2 === 0 ? [[holder, Number(scores[at + 1])] as const] : []));
  return new Map(holders.map(([holder, turnAt]) => [holder.slice(0, holder.lastIndexOf('.')), turnAt]));
}

describe('a submit is refused with', () => {
  const task = (concurrency: Json): Json => ({ tasks: [{ id: 'a', action: 'test.echo', concurrency }] });

  it.each<[string, Json, string, string]>([
    ['a limit of 0', { key: 'db', limit: 0 }, 'REQUEST_INVALID', '/tasks/0/concurrency/limit'],
    ['a limit that is no whole number', { key: 'db', limit: 1.5 }, 'REQUEST_INVALID', '/tasks/0/concurrency/limit'],
    ['no limit', { key: 'db' }, 'REQUEST_INVALID', '/tasks/0/concurrency/limit'],
    ['an empty key', { key: '', limit: 1 }, 'REQUEST_INVALID', '/tasks/0/concurrency/key'],
    ['a key of 201 characters', { key: 'k'.repeat(201), limit: 1 }, 'REQUEST_INVALID', '/tasks/0/concurrency/key'],
    ['no key', { limit: 1 }, 'REQUEST_INVALID', '/tasks/0/concurrency/key'],
    ['a field nobody knows', { key: 'db', limit: 1, max: 2 }, 'UNKNOWN_FIELD', '/tasks/0/concurrency/max'],
    ['a key alone', 'db', 'REQUEST_INVALID', '/tasks/0/concurrency'],
  ])('%s', async (_, concurrency, code, pointer) => {
    const refusal = await front.refusal('POST', '/directives', task(concurrency));
    expect(refusal).toMatchObject({ status: 400, code, pointers: [pointer] });
  });
});
