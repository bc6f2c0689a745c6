import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { CocError, shardOfDirective } from '#libs/contracts';
import { DirectiveReader, RefRegister, RetentionStore, ScriptRunner } from '#libs/state';
import { aDraft, echo, failure, outcome, planOf } from './orders.js';
import { ScriptBed } from './script-bed.js';
import type { Stage } from './stage.js';
import { expectNothingWritten, guardedLists } from './wrong-type.js';

let bed: ScriptBed;
let stage: Stage;
let store: RetentionStore;
beforeAll(async () => {
  bed = await ScriptBed.open();
});
beforeEach(() => {
  stage = bed.stage();
  store = new RetentionStore(bed.redis, new ScriptRunner(bed.redis), stage.keys);
});
afterAll(async () => bed.close());

const everMs = 9_999_999_999_999;
/** What the events of the shard, its queues and orders to workers are is for other sweeps to see to. */
const othersKeys = /:(events|queues|control|discard)$/;

async function retire(id: string, word: '' | 'alone' | 'end' = 'alone', restedByMs = everMs): Promise<string> {
  return ((await stage.run('retire-directive', id, 'local', restedByMs, 100, word)) as [string])[0];
}

async function finished(overrides: Parameters<typeof aDraft>[0] = {}): Promise<string> {
  const { id, granted } = await stage.begin([echo('a')], overrides);
  await stage.settle(outcome(granted['a']!));
  return id;
}

async function left(): Promise<string[]> {
  return Object.keys(await stage.keyspace()).filter((key) => !othersKeys.test(key));
}

describe('a directive that rested long enough', () => {
  it('leaves nothing of its own', async () => {
    expect(await retire(await finished())).toBe('removed');
    expect(await left()).toEqual([]);
  });

  it('goes with its logs, artifacts, retries and the tasks that were held or skipped', async () => {
    const { id, granted } = await stage.begin([
      echo('a', [], { maxRetries: 1 }),
      { id: 'b', action: 'test.risky' },
      echo('c', ['a']),
    ]);
    await stage.settle({ ...failure(granted['a']!, { retryAtMs: 1 }), verdict: 'retry' });
    const { dispatched } = await stage.attempts.fireTimers(0, 10);
    const artifacts = [{ name: 'x', sha256: 'f'.repeat(64), bytes: 1, mimeType: 'text/plain' }];
    await stage.settle(outcome(dispatched[0]!, { detail: { started: true, version: '1', artifacts } }));
    for (const attempt of [1, 2]) await bed.redis.rpush(stage.keys.logs(id, `0.${attempt}`), 'a line');
    await stage.store.cancel(id);
    expect(await retire(id)).toBe('removed');
    expect(await left()).toEqual([]);
  });

  it('of 250 tasks goes in calls of 100, and from the first on nobody is shown it', async () => {
    const tasks = Array.from({ length: 250 }, (_, at) => echo(`t${at}`));
    const id = await stage.accept(tasks);
    await stage.store.cancel(id);
    while (await stage.store.closeChunk(id));
    const reader = new DirectiveReader(bed.redis, stage.keys, { shards: 1, payloads: stage.payloads });
    expect((await reader.get('local', id))?.state).toBe('CANCELLED');
    expect(await retire(id)).toBe('more');
    expect(await reader.get('local', id)).toBeUndefined();
    expect((await reader.list('local', { limit: 10 })).items).toEqual([]);
    expect([await retire(id), await retire(id), await retire(id)]).toEqual(['more', 'removed', 'unknown']);
    // What the cascade has of it is dropped when its turn comes.
    await stage.cascade();
    expect(await left()).toEqual([]);
  });

  it('keeps its place on the list until what it has elsewhere is gone, whoever goes on', async () => {
    const refs = new RefRegister(bed.redis, new ScriptRunner(bed.redis), stage.keys);
    const id = await finished({ ref: 'mine' });
    await refs.reserve('local', 'mine', id);
    await refs.keep('local', 'mine');
    expect([await retire(id), await retire(id)]).toEqual(['bare', 'bare']);
    expect(await store.begun(0, everMs, 10)).toEqual([id]);
    const [step] = await store.retire([id], 'local', 0, 'alone');
    expect(step).toEqual({ result: 'bare', directive: { id, tenant: 'local', ref: 'mine', draws: 0 } });
    await store.forget({ id, tenant: 'local', ref: 'mine', draws: 0 });
    await store.forget({ id, tenant: 'local', ref: 'mine', draws: 0 });
    expect([await retire(id, 'end'), await retire(id, 'end')]).toEqual(['removed', 'unknown']);
    expect(await left()).toEqual([]);
  });

  it('does not take a ref with it that another directive has by now', async () => {
    const refs = new RefRegister(bed.redis, new ScriptRunner(bed.redis), stage.keys);
    await refs.reserve('local', 'mine', 'another');
    await store.forget({ id: 'd0_1', tenant: 'local', ref: 'mine', draws: 0 });
    expect(await refs.reserve('local', 'mine', 'another')).toBe('held');
  });

  it('gives back the ref it reserved, but not one that another directive has by now', async () => {
    const refs = new RefRegister(bed.redis, new ScriptRunner(bed.redis), stage.keys);
    await refs.reserve('local', 'mine', 'another');
    await refs.release('local', 'mine', 'd0_1');
    expect(await refs.reserve('local', 'mine', 'd0_1')).toBe('taken');
    await refs.release('local', 'mine', 'another');
    expect(await refs.reserve('local', 'mine', 'd0_1')).toBe('reserved');
  });

  it('is not accepted again under its id until it is gone', async () => {
    const id = await finished({ ref: 'again' });
    expect(await retire(id)).toBe('bare');
    const again = stage.store.accept(aDraft({ id }), planOf([echo('a')]));
    await expect(again).rejects.toThrow(CocError);
    expect(await retire(id, 'end')).toBe('removed');
    expect(await stage.store.accept(aDraft({ id }), planOf([echo('a')]))).toBe('created');
  });
});

describe('a directive that stays', () => {
  it('is one that has not rested for long enough', async () => {
    const id = await finished();
    const finishedAt = Number((await stage.record(id))['finishedAt']);
    expect(await retire(id, 'alone', finishedAt - 1)).toBe('kept');
    expect(await retire(id, 'alone', finishedAt)).toBe('removed');
  });

  it.each(['PENDING', 'QUEUED', 'RUNNING', 'PAUSED', 'closing'])('is one that is %s, however old', async (state) => {
    const draft = aDraft();
    if (state === 'PENDING') await stage.store.accept(draft);
    else await stage.store.accept(draft, planOf(Array.from({ length: 101 }, (_, at) => echo(`t${at}`))));
    if (['RUNNING', 'PAUSED', 'closing'].includes(state)) await stage.start(draft.id);
    if (state === 'PAUSED') await stage.store.pause(draft.id, 'tester');
    if (state === 'closing') await stage.store.cancel(draft.id);
    const before = await stage.keyspace();
    expect(await retire(draft.id)).toBe('kept');
    expect(await stage.keyspace()).toEqual(before);
  });

  it('is one whose keys are of a wrong type: nothing of it is removed', async () => {
    const id = await finished();
    const keys = [
      ...guardedLists(stage),
      stage.keys.retiring(0),
      stage.keys.tenants(0),
      stage.keys.index(0, 'local'),
      stage.keys.holds(0, 'local'),
      stage.keys.plan(id),
      stage.keys.tasks(id),
    ];
    await expectNothingWritten(stage, keys, async () => retire(id));
  });
});

describe('tenants', () => {
  it('are listed as long as they have directives', async () => {
    const mine = await finished();
    const other = await finished({ tenant: 'acme' });
    expect((await store.tenants(0, 0, 10)).tenants.toSorted()).toEqual(['acme', 'local']);
    await stage.run('retire-directive', other, 'acme', everMs, 100, 'alone');
    expect((await store.tenants(0, 0, 10)).tenants).toEqual(['local']);
    await retire(mine);
    expect((await store.tenants(0, 0, 10)).tenants).toEqual([]);
  });
});

describe('log lines of a finished job', () => {
  const key = (): string => `${stage.keys.root(0)}:test.echo.0:job:logs`;

  it('move to their directive', async () => {
    const directiveId = await finished();
    await bed.redis.rpush(key(), 'a line');
    await store.keepLogs(0, [{ key: key(), directiveId, attemptKey: '0.1' }]);
    expect(await bed.redis.lrange(stage.keys.logs(directiveId, '0.1'), 0, -1)).toEqual(['a line']);
  });

  it('go with a directive that is gone', async () => {
    const directiveId = await finished();
    await retire(directiveId);
    await bed.redis.rpush(key(), 'a line');
    await store.keepLogs(0, [{ key: key(), directiveId, attemptKey: '0.1' }]);
    expect(await left()).toEqual([]);
  });

  it('stay when the id of the job names another shard, and hold up no others', async () => {
    const directiveId = await finished();
    const strangers = `${key()}:strangers`;
    for (const list of [key(), strangers]) await bed.redis.rpush(list, 'a line');
    const stranger = { key: strangers, directiveId: directiveId.replace(/^([a-z]+)0/, '$11'), attemptKey: '0.1' };
    expect(shardOfDirective(stranger.directiveId)).toBe(1);
    await store.keepLogs(0, [stranger, { key: key(), directiveId, attemptKey: '0.1' }]);
    expect(await bed.redis.lrange(stage.keys.logs(directiveId, '0.1'), 0, -1)).toEqual(['a line']);
    expect(await bed.redis.lrange(strangers, 0, -1)).toEqual(['a line']);
  });
});

describe('a removal that failed', () => {
  it('lets those behind it have their turn', async () => {
    const [stuck, next] = [await finished(), await finished()];
    await retire(stuck, '');
    await retire(next, '');
    const list = stage.keys.retiring(0);
    await bed.redis.zadd(list, 1, stuck, 2, next);
    expect(await store.begun(0, everMs, 1)).toEqual([stuck]);
    await store.putOff(0, [stuck, 'gone']);
    expect(await store.begun(0, everMs, 10)).toEqual([next, stuck]);
    expect(await store.begun(0, 1_000, 10)).toEqual([next]);
  });
});
