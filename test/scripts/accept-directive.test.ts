import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import {
  DirectiveStore,
  PayloadStore,
  ScriptRunner,
  type AcceptResult,
  type ArtifactStore,
  type DirectiveDraft,
} from '#libs/state';
import { expectNothingWritten, guardedLists } from './wrong-type.js';
import { aDraft, echo, planOf } from './orders.js';
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

const manyTasks = Array.from({ length: 250 }, (_, at) => echo(`t${at}`, at < 2 ? [] : ['t0', 't1']));

const emptyPlan = { total: 1, edges: 0, hash: 'h', rootChunks: 1, queues: [], planFields: 0, pendingFields: 0 };

/** The arguments of a directive without a plan. */
function plain({ id, requestHash, tenant, ttlMs }: DirectiveDraft): (string | number)[] {
  return [id, requestHash, tenant, ttlMs, '{}', '', 2, 0, 0, '', 0, 0, 'tenant', tenant];
}

/** All but the first are gathered, for that one is on its way when they come. */
async function acceptTogether(drafts: DirectiveDraft[]): Promise<AcceptResult[]> {
  const plan = planOf([echo('a')]);
  const ahead = stage.store.accept(aDraft({ tenant: 'ahead' }), plan);
  const answers = await Promise.all(drafts.map(async (draft) => stage.store.accept(draft, plan)));
  expect(await ahead).toBe('created');
  return answers;
}

describe('accept-directive', () => {
  it('writes down an order without a plan and asks the decide room', async () => {
    const draft = aDraft({ kind: 'intent', title: 'Index it', ref: 'mine', budgetMicroUsd: 5 });
    expect(await stage.store.accept(draft)).toBe('created');
    const record = await stage.record(draft.id);
    expect(record).toMatchObject({ state: 'PENDING', seq: '1', title: 'Index it', ref: 'mine', budgetMicroUsd: '5' });
    expect(Number(record['ttlAt']) - Number(record['createdAt'])).toBe(draft.ttlMs);
    expect(await stage.events(draft.id)).toEqual([
      { type: 'directive.accepted', task: '', data: { kind: 'intent', actor: 'tester', ref: 'mine' } },
    ]);
    expect(await stage.members('outbox')).toEqual([`decide:${draft.id}`]);
    expect(await stage.members('timers')).toEqual([`ttl:${draft.id}`]);
    expect(await stage.redis.zscore(stage.keys.index(0, 'local'), draft.id)).toBe(record['createdAt']);
  });

  it('has the large values written again after one met the removal of its namesake', async () => {
    const written: string[] = [];
    const files = {
      put: async (_: string, directiveId: string) => written.push(directiveId),
    } as unknown as ArtifactStore;
    const payloads = new PayloadStore(files, stage.redis, stage.keys);
    const store = new DirectiveStore(new ScriptRunner(stage.redis), stage.keys, payloads);
    const draft = aDraft({ request: JSON.stringify({ input: 'x'.repeat(100_000) }) });
    const retiring = `${stage.keys.directive(draft.id)}:retiring`;
    await stage.redis.hset(retiring, 'tenant', 'local');
    await expect(store.accept(draft)).rejects.toMatchObject({ code: 'UNAVAILABLE' });
    await stage.redis.del(retiring);
    expect(await store.accept(draft)).toBe('created');
    expect(written).toEqual([draft.id, draft.id]);
  });

  it('commits a plan in the same step and files its roots', async () => {
    const id = await stage.accept([echo('a'), echo('b', ['a']), echo('c'), echo('d', ['b', 'c'])]);
    expect(await stage.record(id)).toMatchObject({ state: 'QUEUED', total: '4', open: '4', seq: '2' });
    expect((await stage.events(id))[1]).toMatchObject({ type: 'directive.planned', data: { tasks: 4, edges: 3 } });
    // What depends on one task that frees nothing else needs no count.
    expect(await stage.redis.hgetall(stage.keys.tasks(id))).toEqual({ '3:pending': '2' });
    expect(await stage.members('cascade')).toEqual([`${id}.root.0.start`]);
    expect(await stage.members('outbox')).toEqual([`execute:${id}`]);
    expect(await stage.redis.smembers(stage.keys.queues(0))).toEqual(['test.echo.0']);
  });

  it('says how many chunks of dependents a task has beside the 64 it names itself, and nothing when there are none', async () => {
    const fan = (count: number) => [echo('a'), ...Array.from({ length: count }, (_, at) => echo(`t${at}`, ['a']))];
    for (const [count, edgeChunks] of [
      [64, undefined],
      [65, 1],
      [165, 2],
    ] as const) {
      const plan = await stage.redis.hgetall(stage.keys.plan(await stage.accept(fan(count))));
      const control = JSON.parse(plan['0']!) as { dependents: string[]; edgeChunks?: number };
      expect([control.dependents.length, control.edgeChunks]).toEqual([64, edgeChunks]);
      const chunks = Object.keys(plan).filter((field) => field.startsWith('0:edges:'));
      expect(chunks).toHaveLength(edgeChunks ?? 0);
    }
  });

  it('adopts a large plan that was staged, and nothing of it expires', async () => {
    const id = await stage.accept(manyTasks);
    expect(await stage.redis.hlen(stage.keys.tasks(id))).toBe(248);
    expect(await stage.redis.ttl(stage.keys.plan(id))).toBe(-1);
    expect(await stage.redis.ttl(stage.keys.tasks(id))).toBe(-1);
    const staged = Object.keys(await stage.keyspace()).filter((key) => /:(plan|tasks):/.test(key));
    expect(staged).toEqual([]);
  });

  it('changes nothing when the same request comes again', async () => {
    const draft = aDraft();
    await stage.store.accept(draft, planOf([echo('a')]));
    const before = await stage.keyspace();
    expect(await stage.store.accept({ ...draft, title: 'ignored' }, planOf([echo('a')]))).toBe('exists');
    expect(await stage.keyspace()).toEqual(before);
  });

  it('changes nothing when another request comes under the same id', async () => {
    const draft = aDraft();
    await stage.store.accept(draft);
    const before = await stage.keyspace();
    expect(await stage.store.accept({ ...draft, requestHash: 'other' }, planOf([echo('a')]))).toBe('mismatch');
    expect(await stage.keyspace()).toEqual(before);
  });

  it('refuses a large plan of which a part is gone, and writes nothing', async () => {
    const { id } = aDraft();
    const plan = JSON.stringify({ ...emptyPlan, planFields: 3 });
    await stage.run('stage-plan', id, 'h', 2, 0, '0', '{}');
    const before = await stage.keyspace();
    expect(await stage.run('accept-directive', id, 'hash', 'local', 1_000, '{}', plan, 0, 0, 0, '', 0, 0)).toEqual([
      'unstaged',
    ]);
    expect(await stage.keyspace()).toEqual(before);
  });

  it('keeps two directives with the same task ids apart', async () => {
    const [first, second] = [await stage.accept([echo('a')]), await stage.accept([echo('a')])];
    await stage.start(first);
    expect(await stage.task(first, '0')).toMatchObject({ state: 'dispatched' });
    expect(await stage.task(second, '0')).toBeNull();
    expect(await stage.story(second)).toEqual(['directive.accepted', 'directive.planned']);
  });

  it('takes text with half of a surrogate pair', async () => {
    const draft = aDraft({ title: 'half \ud83d', actor: 'half \ud83d' });
    expect(await stage.store.accept(draft)).toBe('created');
    expect((await stage.events(draft.id))[0]!.data['actor']).toBe('half \ufffd');
  });

  it('writes nothing when an argument makes no sense', async () => {
    const { id } = aDraft();
    const head = [id, 'hash', 'local'] as const;
    const whole = [aDraft().id, 'hash', 'local', 1_000, '{}', '', 0, 0, 0, '', 0, 0] as const;
    for (const [first, second] of [
      [[], whole],
      [whole, []],
    ]) {
      const run = async (...values: (string | number)[]) =>
        stage.run('accept-directive', ...first!, ...values, ...second!);
      await expect(run(...head, 'soon', '{}', '', 0, 0, 0, '', 0, 0)).rejects.toThrow('the values of a directive');
      await expect(run(...head, 1_000, '{}', '{no plan', 0, 0, 0, '', 0, 0)).rejects.toThrow('invalid token');
      await expect(run(...head, 1_000, '{}', '', 1, 0, 0, '', 0, 0, 'state')).rejects.toThrow(
        'the values of a directive',
      );
    }
    await expect(stage.run('accept-directive', ...head, 1_000, '{}', '', 2, 0, 0, '', 0, 0, 'state')).rejects.toThrow(
      'the values of a directive',
    );
    expect(await stage.keyspace()).toEqual({});
  });

  it('writes nothing when a key is of a wrong type', async () => {
    const draft = aDraft();
    const plan = planOf([echo('a'), echo('b', ['a'])]);
    const { keys } = stage;
    const call = async () => stage.store.accept(draft, plan);
    const lists = [keys.directive(draft.id), keys.index(0, 'local'), ...guardedLists(stage)];
    await expectNothingWritten(stage, lists, call);
    // Keys of a directive that is not there yet: any type is wrong.
    const own = [keys.plan(draft.id), keys.tasks(draft.id), keys.events(draft.id)];
    await expectNothingWritten(stage, own, call, `keys of ${draft.id} stand there`);
  });
});

describe('several directives in one call of accept-directive', () => {
  it('are each answered in turn, and one entry of the shard points at the events of all', async () => {
    const known = aDraft();
    await stage.store.accept(known);
    const [first, second] = [aDraft(), aDraft({ tenant: 'acme' })];
    const other = { ...known, requestHash: 'other' };
    const answers = await acceptTogether([first, known, other, second]);
    expect(answers).toEqual(['created', 'exists', 'mismatch', 'created']);
    expect((await stage.pointers()).slice(-1)).toEqual([
      [first, second].flatMap(({ id, tenant }) =>
        ['directive.accepted', 'directive.planned'].map((type, at) => ({ id, tenant, seq: at + 1, type })),
      ),
    ]);
    expect(await stage.story(first.id)).toEqual(['directive.accepted', 'directive.planned']);
    expect(await stage.redis.zscore(stage.keys.index(0, 'acme'), second.id)).not.toBeNull();
  });

  it('are 20 at most', async () => {
    const accepted = Array.from({ length: 25 }, async () => stage.accept([echo('a')]));
    await Promise.all(accepted);
    const sizes = (await stage.pointers()).map((pointers) => new Set(pointers.map(({ id }) => id)).size);
    expect(sizes).toEqual([1, 20, 4]);
  });

  it('are fewer when they are large', async () => {
    const input = 'x'.repeat(100_000);
    await Promise.all(Array.from({ length: 5 }, async () => stage.accept([echo('a', [], { input })])));
    const sizes = (await stage.pointers()).map((pointers) => new Set(pointers.map(({ id }) => id)).size);
    expect(sizes).toEqual([1, 2, 2]);
  });

  it('is created once when the same request is twice in the call, and refused as another under the same id', async () => {
    const draft = aDraft();
    const answers = await acceptTogether([draft, draft, { ...draft, requestHash: 'other' }]);
    expect(answers).toEqual(['created', 'exists', 'mismatch']);
    expect(await stage.story(draft.id)).toEqual(['directive.accepted', 'directive.planned']);
  });

  it('is unstaged twice, not found the second time, when its staged plan is gone', async () => {
    const { id } = aDraft();
    const plan = JSON.stringify({ ...emptyPlan, planFields: 3 });
    const gone = [id, 'hash', 'local', 1_000, '{}', plan, 0, 0, 0, '', 0, 0];
    expect(await stage.run('accept-directive', ...gone, ...gone)).toEqual(['unstaged', 'unstaged']);
    expect(await stage.keyspace()).toEqual({});
  });

  it('writes nothing of any when a key of one is of a wrong type', async () => {
    const [good, bad] = [aDraft(), aDraft({ tenant: 'acme' })];
    const { keys } = stage;
    const call = async () => stage.run('accept-directive', ...plain(good), ...plain(bad));
    await expectNothingWritten(stage, [keys.directive(bad.id), keys.index(0, 'acme')], call);
    await expectNothingWritten(stage, [keys.events(bad.id)], call, `keys of ${bad.id} stand there`);
  });

  it('do not fail each other through the store: the bad one alone is told', async () => {
    const drafts = [aDraft(), aDraft(), aDraft({ tenant: 'bad' }), aDraft()];
    await stage.redis.set(stage.keys.index(0, 'bad'), 'no index');
    const answers = await Promise.allSettled(
      drafts.map(async (draft) => stage.store.accept(draft, planOf([echo('a')]))),
    );
    expect(answers.map((answer) => (answer.status === 'fulfilled' ? answer.value : String(answer.reason)))).toEqual([
      'created',
      'created',
      expect.stringContaining('WRONGTYPE'),
      'created',
    ]);
  });
});
