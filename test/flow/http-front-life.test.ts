import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { EventList, shardOfDirective, type DirectiveView, type Json } from '#libs/contracts';
import { HttpFront, eventually, sorted } from './http-front-bed.js';
import { problemOf } from './http-bed.js';

let front: HttpFront;
const blocker = Promise.withResolvers<void>();

beforeAll(async () => {
  front = await HttpFront.open({ COC_SHARDS: '4' });
  await front.rooms.serve({ name: 'test.echo', effect: 'pure' }, async ({ input }) => input);
  await front.rooms.serve({ name: 'test.block', effect: 'pure' }, async () => blocker.promise);
  await front.rooms.serve({ name: 'test.fail', effect: 'pure' }, async () => {
    throw new Error('it broke');
  });
  await front.rooms.startExecutor();
});

afterAll(async () => {
  blocker.resolve();
  await front.close();
});

const echo: Json = { id: 'a', action: 'test.echo', input: { text: 'hi' } };
const block: Json = { id: 'a', action: 'test.block' };

interface Page {
  items: DirectiveView[];
  nextCursor: string | null;
}

/** Every page of the list, as a client walks it. */
async function walk(query: string): Promise<DirectiveView[][]> {
  const pages: DirectiveView[][] = [];
  let cursor: string | null = null;
  do {
    const page: Page = await front.get(`/directives?${query}${cursor === null ? '' : `&cursor=${cursor}`}`);
    pages.push(page.items);
    cursor = page.nextCursor;
  } while (cursor !== null);
  return pages;
}

describe('the list', () => {
  let ids: string[];

  beforeAll(async () => {
    const bodies = Array.from({ length: 120 }, (_, at) => ({
      title: `order ${at}`,
      tasks: [at % 3 === 0 ? { id: 'a', action: 'test.fail', maxRetries: 0 } : echo],
    }));
    ids = await Promise.all(bodies.map(async (body) => front.submit(body)));
    await eventually(
      async () => (await walk('limit=200')).flat(),
      (all) => all.every(({ state }) => state === 'COMPLETED' || state === 'FAILED'),
    );
  });

  it('of 120 directives on four shards comes in pages, newest first, without gap or duplicate', async () => {
    expect(new Set(ids.map(shardOfDirective)).size).toBe(4);
    const pages = await walk('limit=7');
    expect(pages.slice(0, -1).every((page) => page.length === 7)).toBe(true);
    const all = pages.flat();
    expect(sorted(all.map(({ id }) => id))).toEqual(sorted(ids));
    const times = all.map(({ createdAt }) => Date.parse(createdAt));
    expect(times).toEqual(times.toSorted((left, right) => right - left));
  });

  it('of one state is the same list without the others', async () => {
    const failed = (await walk('limit=7&state=FAILED')).flat();
    expect(failed).toHaveLength(40);
    const everything = (await walk('limit=200')).flat();
    expect(failed.map(({ id }) => id)).toEqual(
      everything.filter(({ state }) => state === 'FAILED').map(({ id }) => id),
    );
    expect((await walk('state=STOPPED')).flat()).toEqual([]);
  });

  it('goes on where it was when newer directives come in between', async () => {
    const first = await front.get<Page>('/directives?limit=60');
    await front.submit({ tasks: [echo] });
    const second = await front.get<Page>(`/directives?limit=200&cursor=${first.nextCursor}`);
    expect(sorted([...first.items, ...second.items].map(({ id }) => id))).toEqual(sorted(ids));
  });
});

describe('a submit', () => {
  it('answers 202 with the place of the directive, which then runs to its end', async () => {
    const answer = await front.call('POST', '/directives', { tasks: [echo], title: 'first', labels: { team: 'docs' } });
    expect(answer.status).toBe(202);
    const { id } = answer.json as { id: string };
    expect(answer.headers.get('location')).toBe(`/api/v1/directives/${id}`);
    await front.rooms.finished(id);
    expect(await front.directive(id)).toMatchObject({
      id,
      state: 'COMPLETED',
      title: 'first',
      labels: { team: 'docs' },
      kind: 'tasks',
      tasks: { total: 1, open: 0, succeeded: 1 },
    });
  });

  it('sent twice at once with one Idempotency-Key is one directive, and a third time finds it finished', async () => {
    const headers = { 'idempotency-key': 'once-only' };
    const body = { tasks: [echo], ref: 'my-ref' };
    const answers = await Promise.all([1, 2].map(async () => front.call('POST', '/directives', body, headers)));
    const [first, second] = answers.toSorted((left, right) => left.status - right.status);
    expect(first!.status).toBe(202);
    expect([202, 409]).toContain(second!.status);
    const { id } = first!.json as { id: string };
    expect(await front.rooms.finished(id)).toBe('COMPLETED');
    expect(await front.submit(body, headers)).toBe(id);
    expect(await front.rooms.story(id)).toHaveLength(7);
  });

  it('hands every key of an input to the worker as it came, whatever it is called', async () => {
    const input = {
      constructor: 'Ferrari',
      prototype: { toString: 1 },
      hasOwnProperty: null,
      'a/b~c': ['é', '\u0000'],
    };
    const { id } = await front.run({ tasks: [{ id: 'a', action: 'test.echo', input }] });
    expect(await front.get(`/directives/${id}/output`)).toMatchObject({ state: 'COMPLETED', output: input });
  });

  it('with a charset and any case of the content type is taken', async () => {
    const headers = { 'content-type': 'Application/JSON; charset=utf-8' };
    expect((await front.call('POST', '/directives', { tasks: [echo] }, headers)).status).toBe(202);
  });
});

describe('the events', () => {
  it('come in order from any place on, page by page', async () => {
    const { id, lastSeq } = await front.run({ tasks: [echo, { id: 'data', action: 'test.echo', dependsOn: ['a'] }] });
    const all = EventList.parse(await front.get(`/directives/${id}/events`));
    expect(all.items.map(({ seq }) => seq)).toEqual(Array.from({ length: lastSeq }, (_, at) => at + 1));
    expect(all.items.at(-1)).toMatchObject({ directiveId: id, type: 'directive.completed', task: null });
    expect(all.items.filter(({ task }) => task === 'data').map(({ type }) => type)).toEqual([
      'task.queued',
      'task.started',
      'task.completed',
    ]);
    const page = EventList.parse(await front.get(`/directives/${id}/events?after=2&limit=3`));
    expect(page.items).toEqual(all.items.slice(2, 5));
    expect(page.nextCursor).toBe('5');
    expect(await front.get(`/directives/${id}/events?after=${lastSeq}`)).toEqual({ items: [], nextCursor: null });
  });
});

describe('an order to a directive', () => {
  it.each(['cancel', 'pause', 'resume', 'fail', 'stop'])(
    'to %s one that is final is refused with its state',
    async (order) => {
      const { id } = await front.run({ tasks: [echo] });
      const before = await front.directive(id);
      const problem = problemOf(await front.call('POST', `/directives/${id}/${order}`));
      expect(problem).toMatchObject({ status: 409, code: 'TRANSITION_ILLEGAL' });
      expect(problem).toMatchObject({ state: 'COMPLETED', allowed: [] });
      expect(problem.detail).toContain('COMPLETED');
      expect(await front.directive(id)).toEqual(before);
    },
  );

  it('to pause, resume and cancel a running one is done, and done again changes nothing', async () => {
    const id = await front.submit({ tasks: [block] });
    await front.rooms.until(id, ({ type }) => type === 'task.started');
    for (const [order, state] of [
      ['pause', 'PAUSED'],
      ['resume', 'RUNNING'],
      ['cancel', 'CANCELLED'],
    ] as const) {
      for (const turn of [1, 2]) {
        const answer = await front.call('POST', `/directives/${id}/${order}`);
        expect({ turn, status: answer.status, json: answer.json }).toMatchObject({ status: 200, json: { id, state } });
      }
    }
    expect((await front.rooms.story(id)).slice(-5)).toEqual([
      'directive.paused',
      'checkpoint.created',
      'directive.resumed',
      'task.cancelled a',
      'directive.cancelled',
    ]);
  });
});

describe('a human ends a directive', () => {
  async function atWork(): Promise<string> {
    const id = await front.submit({ tasks: [block, { ...(echo as object), id: 'b', dependsOn: ['a'] }] });
    await front.rooms.until(id, ({ type }) => type === 'task.started');
    return id;
  }

  it.each([
    ['complete', 'COMPLETED', null],
    ['fail', 'FAILED', { code: 'FAILED_BY_HUMAN', message: 'the customer left' }],
    ['stop', 'STOPPED', null],
  ])('with %s it is %s, with the reason in its story, and again changes nothing', async (order, state, error) => {
    const id = await atWork();
    const body = { reason: 'the customer left' };
    const answer = await front.call('POST', `/directives/${id}/${order}`, body, { 'coc-actor': 'kim' });
    expect([answer.status, answer.json]).toMatchObject([200, { id, state, error, tasks: { open: 0, cancelled: 2 } }]);
    const { items } = EventList.parse(await front.get(`/directives/${id}/events`));
    expect(items.at(-1)).toMatchObject({ type: `directive.${state.toLowerCase()}`, data: { by: 'kim', ...body } });
    expect((await front.call('POST', `/directives/${id}/${order}`)).json).toEqual(answer.json);
  });

  it('is told where it may go when it may not go there', async () => {
    const id = await atWork();
    await front.call('POST', `/directives/${id}/pause`);
    const problem = problemOf(await front.call('POST', `/directives/${id}/complete`));
    expect(problem).toMatchObject({
      status: 409,
      code: 'TRANSITION_ILLEGAL',
      state: 'PAUSED',
      allowed: ['RUNNING', 'STOPPED', 'CANCELLED', 'FAILED', 'TIMEOUT', 'ORPHANED'],
    });
    expect((await front.call('POST', `/directives/${id}/stop`)).json).toMatchObject({ state: 'STOPPED' });
  });

  it.each([
    ['no text', { reason: 1 }, 'REQUEST_INVALID', '/reason'],
    ['too long', { reason: 'x'.repeat(2_001) }, 'REQUEST_INVALID', '/reason'],
    ['under another name', { comment: 'x' }, 'UNKNOWN_FIELD', '/comment'],
  ])('and a reason that is %s is refused, and nothing is done', async (_, body, code, pointer) => {
    const id = await atWork();
    const refusal = await front.refusal('POST', `/directives/${id}/fail`, body);
    expect(refusal).toMatchObject({ status: 400, code, pointers: [pointer], changed: [] });
  });
});
