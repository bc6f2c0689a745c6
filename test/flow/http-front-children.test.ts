import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { DirectiveList, EventList, limits, shardOfDirective, type DirectiveView, type Json } from '#libs/contracts';
import { problemOf } from './http-bed.js';
import { HttpFront, eventually } from './http-front-bed.js';

let front: HttpFront;
const gate = Promise.withResolvers<void>();

beforeAll(async () => {
  front = await HttpFront.open({ COC_SHARDS: '2' });
  await front.rooms.serve({ name: 'test.echo', effect: 'pure' }, async ({ input }) => input);
  await front.rooms.serve({ name: 'test.gate', effect: 'pure' }, async () => gate.promise, { concurrency: 100 });
  await front.rooms.serve({ name: 'test.fail', effect: 'pure' }, async () => {
    throw new Error('it never works');
  });
  await front.rooms.startExecutor();
});
afterAll(async () => {
  gate.resolve();
  await front.close();
});

const tasks = (action: string): Json => [{ id: 'a', action, maxRetries: 0 }];
const waiting = (): Json => ({ tasks: tasks('test.echo'), start: false });
const childOf = async (parent: string, more: Record<string, Json> = {}): Promise<string> =>
  front.submit({ tasks: tasks('test.gate'), parent, ...more });
const until = async (id: string, state: string): Promise<DirectiveView> =>
  eventually(
    async () => front.directive(id),
    (view) => view.state === state,
  );
const cancel = async (id: string) => front.call('POST', `/directives/${id}/cancel`);
const childrenOf = async (id: string, query = '') =>
  DirectiveList.parse(await front.get(`/directives/${id}/children${query}`));
const lastEvent = async (id: string) => EventList.parse(await front.get(`/directives/${id}/events`)).items.at(-1);

/** What the workers of its shard were told to stop of it. */
async function abortedOf(id: string): Promise<string[]> {
  const orders = await front.rooms.redis.xrange(front.rooms.keys.control(shardOfDirective(id)!), '-', '+');
  return orders.map(([, fields]) => fields.join(' ')).filter((order) => order.includes(`jobId ${id}.`));
}

/** One parent in each shard. */
async function parents(body: Json = waiting()): Promise<string[]> {
  const found = new Map<number, string>();
  while (found.size < 2) {
    const id = await front.submit(body);
    found.set(shardOfDirective(id)!, id);
  }
  return [...found.values()];
}

describe('a child directive', () => {
  it('lives in the shard of its parent, names it, and is listed there, the oldest first', async () => {
    for (const parent of await parents()) {
      const children = [await childOf(parent, waiting() as {}), await childOf(parent, waiting() as {})];
      expect(children.map(shardOfDirective)).toEqual([shardOfDirective(parent), shardOfDirective(parent)]);
      expect(await front.directive(children[0]!)).toMatchObject({ parent });
      const { items, nextCursor } = await childrenOf(parent);
      expect([items.map(({ id }) => id), nextCursor]).toEqual([children, null]);
      const first = await childrenOf(parent, '?limit=1');
      const second = await childrenOf(parent, `?limit=1&cursor=${first.nextCursor}`);
      expect([first, second].flatMap((page) => page.items.map(({ id }) => id))).toEqual(children);
      expect(second.nextCursor).toBeNull();
    }
  });

  it('runs beside its parent, which ends well without it', async () => {
    const parent = await front.submit(waiting());
    const child = await childOf(parent);
    await front.call('POST', `/directives/${parent}/start`);
    expect(await front.rooms.finished(parent)).toBe('COMPLETED');
    expect(await until(child, 'RUNNING')).toMatchObject({ parent });
    expect((await cancel(child)).json).toMatchObject({ state: 'CANCELLED' });
  });

  it('sent twice with one Idempotency-Key is one, also when its parent was removed meanwhile', async () => {
    const parent = await front.submit(waiting());
    const body = { tasks: tasks('test.echo'), parent, onParentEnd: 'continue' };
    const key = { 'idempotency-key': 'the-same-child' };
    const child = await front.submit(body, key);
    expect(await front.submit(body, key)).toBe(child);
    await cancel(parent);
    await front.rooms.finished(child);
    await eventually(
      async () => front.call('DELETE', `/directives/${parent}`),
      ({ status }) => status === 204,
    );
    expect(await front.submit(body, key)).toBe(child);
    expect((await childrenOf(child)).items).toEqual([]);
    expect((await front.call('GET', `/directives/${parent}/children`)).status).toBe(404);
  });

  it('is tried again as a directive without a parent', async () => {
    const parent = await front.submit(waiting());
    const child = await childOf(parent);
    await cancel(parent);
    await until(child, 'ORPHANED');
    const answer = await front.call('POST', `/directives/${child}/retry`);
    const { id } = answer.json as { id: string };
    expect(await front.directive(id)).toMatchObject({ retryOf: child, parent: null });
    await cancel(id);
  });
});

describe('a parent that ends without success, in either shard,', () => {
  it.each<[state: string, body: Json, end: (id: string) => Promise<unknown>]>([
    ['CANCELLED', waiting(), cancel],
    ['FAILED', waiting(), async (id) => front.call('POST', `/directives/${id}/fail`, { reason: 'it is of no use' })],
    [
      'FAILED',
      { tasks: tasks('test.fail'), start: false },
      async (id) => front.call('POST', `/directives/${id}/start`),
    ],
    ['STOPPED', { tasks: tasks('test.gate') }, async (id) => front.call('POST', `/directives/${id}/stop`, {})],
    ['TIMEOUT', { tasks: tasks('test.gate'), ttlMs: 1_500 }, async () => undefined],
  ])('as %s has each child end as it said, its running tasks too, within 2 s', async (state, body, end) => {
    const ofEach = async (parent: string): Promise<void> => {
      const orphan = await childOf(parent);
      const cancelled = await childOf(parent, { onParentEnd: 'cancel' });
      const kept = await childOf(parent, { onParentEnd: 'continue' });
      await front.rooms.until(orphan, ({ type }) => type === 'task.started');
      await end(parent);
      await until(parent, state);
      const endedAt = performance.now();
      const view = await until(orphan, 'ORPHANED');
      expect(performance.now() - endedAt).toBeLessThan(2_000);
      const message = `its parent ${parent} ended as ${state}`;
      expect(view).toMatchObject({ error: { code: 'PARENT_ENDED', message }, tasks: { open: 0, cancelled: 1 } });
      expect(await abortedOf(orphan)).toHaveLength(1);
      expect(await lastEvent(orphan)).toMatchObject({ type: 'directive.orphaned', data: { reason: message } });
      expect(await until(cancelled, 'CANCELLED')).toMatchObject({ error: null });
      expect(await lastEvent(cancelled)).toMatchObject({ type: 'directive.cancelled', data: { reason: message } });
      expect(await until(kept, 'RUNNING')).toMatchObject({ parent });
      await cancel(kept);
    };
    await Promise.all((await parents(body)).map(ofEach));
  });

  it('takes a whole family with it', async () => {
    const root = await front.submit(waiting());
    const family = [root];
    for (let depth = 0; depth < limits.maxChildDepth; depth += 1)
      family.push(await childOf(family.at(-1)!, { ...(waiting() as {}) }));
    await cancel(root);
    for (const id of family.slice(1)) await until(id, 'ORPHANED');
  });

  it('while no executor is there has its children end when one is back', async () => {
    const [executor] = [...front.rooms.executors];
    await front.rooms.stopExecutor(executor!);
    const parent = await front.submit(waiting());
    const child = await childOf(parent, waiting() as {});
    await cancel(parent);
    expect(await front.directive(child)).toMatchObject({ state: 'PENDING' });
    await front.rooms.startExecutor();
    await until(child, 'ORPHANED');
  });
});

describe('an orphaned directive', () => {
  it('takes no order: 409 with its state and what is allowed; it is deleted as any that is final', async () => {
    const parent = await front.submit(waiting());
    const child = await childOf(parent);
    await cancel(parent);
    await until(child, 'ORPHANED');
    for (const order of ['start', 'pause', 'resume', 'cancel', 'complete', 'fail', 'stop']) {
      const problem = problemOf(await front.call('POST', `/directives/${child}/${order}`));
      expect(problem).toMatchObject({ status: 409, code: 'TRANSITION_ILLEGAL', state: 'ORPHANED', allowed: [] });
    }
    await eventually(
      async () => front.call('DELETE', `/directives/${child}`),
      ({ status }) => status === 204,
    );
    expect((await childrenOf(parent)).items).toEqual([]);
  });
});

describe('a child is refused, and nothing stored, when', () => {
  const refusal = async (parent: string, more: Record<string, Json> = {}) =>
    front.refusal('POST', '/directives', { tasks: tasks('test.echo'), parent, ...more });

  it.each([
    ['is unknown', 'd0_01JD6ZK0000000000000000000'],
    ['is of a shard that is none', 'd7_01JD6ZK0000000000000000000'],
    ['is no id', 'my parent'],
    ['would be another key', 'd0_01JD6ZK0000000000000000000:events'],
  ])('its parent %s', async (_, parent) => {
    expect(await refusal(parent)).toMatchObject({ status: 404, code: 'NOT_FOUND', pointers: ['/parent'], changed: [] });
  });

  it('its parent is over, and its ref is free for another', async () => {
    const parent = await front.submit(waiting());
    await cancel(parent);
    const over = { status: 409, code: 'PARENT_ENDED', pointers: ['/parent'], changed: [] };
    expect(await refusal(parent, { ref: 'name' })).toMatchObject(over);
    expect(await front.run({ tasks: tasks('test.echo'), ref: 'name' })).toMatchObject({ state: 'COMPLETED' });
    expect(await refusal(parent, { input: { text: 'x'.repeat(100_000) } })).toMatchObject(over);
  });

  it('its parent is as deep as may be', async () => {
    let last = await front.submit(waiting());
    for (let depth = 0; depth < limits.maxChildDepth; depth += 1) last = await childOf(last, waiting() as {});
    expect(await refusal(last)).toMatchObject({
      status: 409,
      code: 'FAMILY_TOO_LARGE',
      pointers: ['/parent'],
      changed: [],
    });
  });

  it.each([
    ['it has no parent, and says what is to become of it', { onParentEnd: 'cancel' }, '/onParentEnd'],
    ['it says what nobody knows', { parent: 'd0_01JD6ZK0000000000000000000', onParentEnd: 'cry' }, '/onParentEnd'],
    ['its parent is no text', { parent: 7 }, '/parent'],
    ['its parent is nothing', { parent: '' }, '/parent'],
  ])('%s', async (_, more, pointer) => {
    const answer = await front.refusal('POST', '/directives', { tasks: tasks('test.echo'), ...more });
    expect(answer).toMatchObject({ status: 400, code: 'REQUEST_INVALID', pointers: [pointer], changed: [] });
  });

  it('the cursor of its list is of another one', async () => {
    const [one, other] = await parents();
    await childOf(one!, waiting() as {});
    await childOf(one!, waiting() as {});
    const { nextCursor } = await childrenOf(one!, '?limit=1');
    const problem = problemOf(await front.call('GET', `/directives/${other}/children?cursor=${nextCursor}`));
    expect(problem).toMatchObject({ status: 400, code: 'CURSOR_INVALID' });
  });
});
