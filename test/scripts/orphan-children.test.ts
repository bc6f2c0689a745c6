import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { limits, type OnParentEnd } from '#libs/contracts';
import { FamilyStore, MendStore, RetentionStore, type DirectiveDraft } from '#libs/state';
import { aDraft, echo, failure, outcome, planOf } from './orders.js';
import { ScriptBed } from './script-bed.js';
import type { Stage } from './stage.js';
import { expectNothingWritten } from './wrong-type.js';

let bed: ScriptBed;
let stage: Stage;
let families: FamilyStore;
beforeAll(async () => {
  bed = await ScriptBed.open();
});
beforeEach(() => {
  stage = bed.stage();
  families = new FamilyStore(stage.redis, stage.scripts, stage.keys);
});
afterAll(async () => bed.close());

const childOf = async (
  id: string,
  onEnd: OnParentEnd = 'orphan',
  more: Partial<DirectiveDraft> = {},
): Promise<string> => stage.accept([echo('a')], { parent: { id, onEnd }, ...more });

/** As the sweep does it. */
async function tellChildren(): Promise<void> {
  for (let parents = await families.orphaning(0, 10); parents.length > 0; parents = await families.orphaning(0, 10))
    for (const parent of parents)
      for (const child of await families.orphan(parent)) while (await stage.store.closeChunk(child));
}

describe('a child', () => {
  it('is linked to its parent both ways, and says so in its story', async () => {
    const parent = await stage.accept([echo('a')]);
    const child = await childOf(parent);
    expect(await stage.record(child)).toMatchObject({ parent, depth: '1', onParentEnd: 'orphan' });
    expect((await stage.events(child))[0]).toMatchObject({ type: 'directive.accepted', data: { parent } });
    expect(await stage.redis.zrange(stage.keys.children(parent), '0', '-1')).toEqual([child]);
  });

  it('sent again is the same one, also when its parent is over by then', async () => {
    const parent = await stage.accept([echo('a')]);
    const draft = aDraft({ parent: { id: parent, onEnd: 'continue' } });
    expect(await stage.store.accept(draft, planOf([echo('a')]))).toBe('created');
    await stage.store.cancel(parent);
    expect(await stage.store.accept(draft, planOf([echo('a')]))).toBe('exists');
  });

  it.each<[string, (parent: string) => Promise<unknown>]>([
    ['final', async (parent) => stage.store.cancel(parent)],
    ['ending', async (parent) => stage.redis.hset(stage.keys.directive(parent), 'closing', 'CANCELLED')],
  ])('is refused by a parent that is %s, and nothing is written', async (_, end) => {
    const parent = await stage.accept([echo('a')]);
    await end(parent);
    const before = await stage.keyspace();
    await expect(childOf(parent)).rejects.toMatchObject({ code: 'PARENT_ENDED', status: 409 });
    expect(await stage.keyspace()).toEqual(before);
  });

  it('is refused by a parent that is unknown, or of another tenant', async () => {
    const parent = await stage.accept([echo('a')], { tenant: 'other' });
    await expect(childOf(parent)).rejects.toMatchObject({ code: 'NOT_FOUND' });
    await expect(childOf(aDraft().id)).rejects.toMatchObject({ code: 'NOT_FOUND' });
  });

  it('is refused when it would be too deep, or one too many', async () => {
    let last = await stage.accept([echo('a')]);
    const root = last;
    for (let depth = 0; depth < limits.maxChildDepth; depth += 1) last = await childOf(last);
    await expect(childOf(last)).rejects.toMatchObject({ code: 'FAMILY_TOO_LARGE', status: 409 });
    await Promise.all(Array.from({ length: limits.maxChildren - 1 }, async () => childOf(root)));
    await expect(childOf(root)).rejects.toMatchObject({ code: 'FAMILY_TOO_LARGE' });
    expect(await stage.redis.zcard(stage.keys.children(root))).toBe(limits.maxChildren);
  });
});

describe('a parent that ends without success', () => {
  it.each([
    ['CANCELLED', async (id: string) => stage.store.cancel(id)],
    ['STOPPED', async (id: string) => stage.store.end(id, 'STOPPED', 'kim')],
    ['FAILED', async (id: string) => stage.store.end(id, 'FAILED', 'kim')],
    ['TIMEOUT', async (id: string) => (await stage.letTtlPass(id), stage.store.expire(id))],
  ])('as %s has its children end as each said', async (state, end) => {
    const { id: parent } = await stage.begin([echo('a')]);
    const [orphan, cancelled, kept] = [
      await childOf(parent),
      await childOf(parent, 'cancel'),
      await childOf(parent, 'continue'),
    ];
    await stage.start(orphan);
    await end(parent);
    await tellChildren();
    expect(await stage.record(orphan)).toMatchObject({ state: 'ORPHANED', cancelled: '1', errorCode: 'PARENT_ENDED' });
    expect((await stage.events(orphan)).at(-1)).toMatchObject({
      type: 'directive.orphaned',
      data: { reason: `its parent ${parent} ended as ${state}`, code: 'PARENT_ENDED' },
    });
    expect(await stage.record(cancelled)).toMatchObject({ state: 'CANCELLED' });
    expect(await stage.record(cancelled)).not.toHaveProperty('errorCode');
    expect(await stage.record(kept)).toMatchObject({ state: 'QUEUED' });
    expect(await stage.leftovers(orphan)).toEqual({});
    expect(await families.orphaning(0, 10)).toEqual([]);
  });

  it('by its own tasks does the same', async () => {
    const { id: parent, granted } = await stage.begin([echo('a')]);
    const child = await childOf(parent);
    await stage.settle(failure(granted['a']!));
    await tellChildren();
    expect(await stage.record(child)).toMatchObject({ state: 'ORPHANED' });
  });

  it('takes the children of its children with it', async () => {
    const parent = await stage.accept([echo('a')]);
    const child = await childOf(parent);
    const grandchild = await childOf(child);
    await stage.store.cancel(parent);
    await tellChildren();
    expect([await stage.record(child), await stage.record(grandchild)]).toMatchObject([
      { state: 'ORPHANED' },
      { state: 'ORPHANED' },
    ]);
  });

  it.each(['PENDING', 'PAUSED', 'DEGRADED', 'RUNNING'])('has a child that is %s end, too', async (state) => {
    const parent = await stage.accept([echo('a')]);
    const child = await childOf(parent, 'orphan', state === 'PENDING' ? { startsAt: 'order' } : {});
    if (state !== 'PENDING') await stage.start(child);
    if (state === 'PAUSED') await stage.store.pause(child, 'kim');
    if (state === 'DEGRADED') await stage.redis.hset(stage.keys.directive(child), 'state', 'DEGRADED');
    await stage.store.cancel(parent);
    await tellChildren();
    expect(await stage.record(child)).toMatchObject({ state: 'ORPHANED', open: '0' });
  });

  it('leaves a child alone that is over, or ends already', async () => {
    const parent = await stage.accept([echo('a')]);
    const [over, ending] = [
      await childOf(parent),
      await stage.accept(
        Array.from({ length: 150 }, (_, at) => echo(`t${at}`)),
        { parent: { id: parent, onEnd: 'orphan' } },
      ),
    ];
    await stage.store.end(over, 'FAILED', 'kim');
    await stage.store.cancel(ending);
    await stage.store.cancel(parent);
    expect(await families.orphan(parent)).toEqual([]);
    while (await stage.store.closeChunk(ending));
    expect([await stage.record(over), await stage.record(ending)]).toMatchObject([
      { state: 'FAILED' },
      { state: 'CANCELLED' },
    ]);
  });

  it.each<OnParentEnd>(['orphan', 'cancel'])(
    'leaves a child alone that rests as PARTIALLY_COMPLETED (%s)',
    async (word) => {
      const parent = await stage.accept([echo('a')]);
      const { id: child, granted } = await stage.begin([echo('a'), echo('b')], { parent: { id: parent, onEnd: word } });
      await stage.settle(outcome(granted['a']!), failure(granted['b']!));
      await stage.store.cancel(parent);
      expect(await families.orphan(parent)).toEqual([]);
      expect(await stage.record(child)).toMatchObject({ state: 'PARTIALLY_COMPLETED' });
    },
  );

  it('tells its children once, and is removed only when it did', async () => {
    const parent = await stage.accept([echo('a')]);
    const child = await childOf(parent);
    await stage.store.cancel(parent);
    const retention = new RetentionStore(stage.redis, stage.scripts, stage.keys);
    const retire = async (id: string) => (await retention.retire([id], 'local', 9_999_999_999_999, 'end'))[0];
    expect(await retire(parent)).toMatchObject({ result: 'kept' });
    expect(await families.orphan(parent)).toEqual([child]);
    expect(await families.orphan(parent)).toEqual([]);
    while (await stage.store.closeChunk(child));
    expect(await retire(child)).toMatchObject({ result: 'removed' });
    expect(await stage.redis.exists(stage.keys.children(parent))).toBe(0);
    expect(await retire(parent)).toMatchObject({ result: 'removed' });
  });
});

describe('a parent whose end was not noted, as by an older release,', () => {
  const forgetEnd = async (parent: string): Promise<void> => {
    await stage.store.cancel(parent);
    await stage.redis.del(stage.keys.orphaning(0));
  };

  it('is filed again when its child is looked at, whatever that is at', async () => {
    const mending = new MendStore(stage.redis, stage.scripts, stage.keys);
    const parent = await stage.accept([echo('a')]);
    const child = await childOf(parent);
    expect((await mending.mend(child, 30_000, 0)).mended).toEqual([]);
    await forgetEnd(parent);
    expect((await mending.mend(child, 30_000, 0)).mended).toEqual(['parent']);
    expect((await mending.mend(child, 30_000, 0)).mended).toEqual([]);
    await tellChildren();
    expect(await stage.record(child)).toMatchObject({ state: 'ORPHANED' });
  });

  it('is not filed for a child that goes on without it', async () => {
    const mending = new MendStore(stage.redis, stage.scripts, stage.keys);
    const parent = await stage.accept([echo('a')]);
    const child = await childOf(parent, 'continue');
    await forgetEnd(parent);
    expect((await mending.mend(child, 30_000, 0)).mended).toEqual([]);
  });
});

it('a parent that ends well leaves its children to themselves', async () => {
  const { id: parent, granted } = await stage.begin([echo('a')]);
  const child = await childOf(parent);
  await stage.settle(outcome(granted['a']!));
  expect(await stage.record(parent)).toMatchObject({ state: 'COMPLETED' });
  expect(await families.orphaning(0, 10)).toEqual([]);
  expect(await stage.record(child)).toMatchObject({ state: 'QUEUED' });
});

describe('a key of the wrong type', () => {
  it('fails before anything is written', async () => {
    const parent = await stage.accept([echo('a')]);
    const child = await childOf(parent);
    const { keys } = stage;
    await expectNothingWritten(stage, [keys.children(parent)], async () => childOf(parent));
    await stage.store.cancel(parent);
    const spoilt = [keys.directive(child), keys.children(parent), keys.orphaning(0), keys.closing(0)];
    await expectNothingWritten(stage, spoilt, async () => families.orphan(parent));
  });
});
