import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { ActionRecord, TaskList, type Json } from '#libs/contracts';
import { CocClient } from '#libs/client';
import { HttpFront } from './http-front-bed.js';

let front: HttpFront;
let client: CocClient;
let id: string;

beforeAll(async () => {
  front = await HttpFront.open();
  client = new CocClient({ url: front.app.url, saidBy: 'the test', apiKey: front.app.ownerKey });
  await front.rooms.catalog.publish(ActionRecord.parse({ name: 'test.echo', effect: 'pure' }));
  await front.rooms.catalog.publish(ActionRecord.parse({ name: 'test.risky', effect: 'pure', risk: 'high' }));
  await front.rooms.startExecutor();
  const tasks: Json[] = [
    { id: 'a', action: 'test.risky' },
    { id: 'b', action: 'test.echo', dependsOn: ['a'] },
  ];
  id = await front.submit({ tasks });
  await front.rooms.until(id, ({ type }) => type === 'task.held');
  await client.submit({ tasks: [{ id: 'x', action: 'test.echo' }], start: false });
});

afterAll(async () => front.close());

describe('the tasks of a directive', () => {
  const list = async (query: string) => TaskList.parse(await front.get(`/directives/${id}/tasks${query}`));

  it('are listed, also by state and page by page', async () => {
    expect((await list('')).items.map((task) => task.id)).toEqual(['a', 'b']);
    expect((await list('?state=waiting')).items.map((task) => task.id)).toEqual(['b']);
    expect((await list('?state=held&state=waiting')).items).toHaveLength(2);
    const first = await list('?state=waiting&limit=1');
    expect(first.items).toEqual([]);
    const second = await list(`?state=waiting&limit=1&cursor=${first.nextCursor}`);
    expect([second.items.map((task) => task.id), second.nextCursor]).toEqual([['b'], null]);
    const foreign = await front.refusal('GET', `/directives/${id}/tasks?limit=1&cursor=${first.nextCursor}`);
    expect(foreign).toMatchObject({ status: 400, code: 'CURSOR_INVALID' });
  });

  it('say what they depend on and why they wait', async () => {
    expect(await front.get(`/directives/${id}/tasks/b/dependencies`)).toEqual({ items: [{ id: 'a', state: 'held' }] });
    const why = await client.call('explainTask', { id, taskId: 'b' });
    expect(why).toMatchObject({ state: 'waiting', waitingOn: { kind: 'dependencies', ref: 'a' }, owner: 'executor' });
    expect(why.why).toContain('a');
    for (const part of ['why', 'dependencies'])
      expect(await front.refusal('GET', `/directives/${id}/tasks/z/${part}`)).toMatchObject({ code: 'NOT_FOUND' });
  });
});

describe('the statistics', () => {
  it('of a directive tell how far it is and how long it took', async () => {
    expect(await client.call('getDirectiveStats', { id })).toMatchObject({
      state: 'RUNNING',
      progress: 0,
      successRate: null,
    });
    await client.call('skipTask', { id, taskId: 'a' });
    await front.rooms.finished(id);
    const { progress, tasks, waitedMs, ranMs } = await client.call('getDirectiveStats', { id });
    expect([progress, tasks.skipped, waitedMs! >= 0, ranMs! >= 0]).toEqual([1, 2, true, true]);
  });

  it('of all tell what became of them', async () => {
    const { byState, ...rest } = await client.call('getDirectivesStats');
    expect(rest).toEqual({ counted: 2, hasMore: false, active: 1, successRate: 1 });
    expect(byState).toEqual({ COMPLETED: 1, PENDING: 1 });
  });
});
