import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { ActionRecord, TaskDetail, type Json } from '#libs/contracts';
import { CocClient } from '#libs/client';
import { HttpFront, eventually } from './http-front-bed.js';

let front: HttpFront;
let client: CocClient;

const output = { type: 'object', required: ['n'], properties: { n: { type: 'number' } } };

beforeAll(async () => {
  front = await HttpFront.open();
  await front.rooms.startExecutor();
  client = new CocClient({ url: front.app.url, saidBy: 'the test', apiKey: front.app.ownerKey });
  // Nobody serves them: their attempts are sent and stay there.
  for (const draft of [
    { name: 'test.idle', effect: 'pure', output },
    { name: 'test.limited', effect: 'pure', rate: { limit: 1, perMs: 3_600_000 } },
    { name: 'test.risky', effect: 'pure', risk: 'high' },
  ])
    await front.rooms.catalog.publish(ActionRecord.parse(draft));
});

afterAll(async () => front.close());

async function running(tasks: Json[]): Promise<string> {
  const id = await front.submit({ tasks });
  await eventually(
    async () => front.directive(id),
    ({ state }) => state === 'RUNNING',
  );
  return id;
}

describe('an order about a task', () => {
  it('to skip it lets what is left end the directive', async () => {
    const id = await running([
      { id: 'a', action: 'test.risky' },
      { id: 'b', action: 'test.idle', dependsOn: ['a'] },
    ]);
    expect(await client.call('skipTask', { id, taskId: 'a', body: { comment: 'not needed' } })).toMatchObject({
      id: 'a',
      state: 'skipped',
    });
    const end = await eventually(
      async () => front.directive(id),
      ({ state }) => state === 'COMPLETED',
    );
    expect(end.tasks).toMatchObject({ skipped: 2, open: 0 });
    expect(await client.call('skipTask', { id, taskId: 'a' })).toMatchObject({ state: 'skipped' });
  });

  it('to complete it with an output hands that on', async () => {
    const id = await running([
      { id: 'first', action: 'test.limited' },
      { id: 'second', action: 'test.limited' },
      { id: 'last', action: 'test.risky', input: { $task: 'second', path: '/n' } },
    ]);
    await eventually(
      async () => front.tasks(id),
      (tasks) => [...tasks.values()].some(({ state }) => state === 'deferred'),
    );
    const held = [...(await front.tasks(id)).values()].find(({ state }) => state === 'deferred')!;
    expect(await client.call('completeTask', { id, taskId: held.id, body: { output: { n: 7 } } })).toMatchObject({
      state: 'succeeded',
    });
  });

  it('is refused with the state of the task and what is allowed, and nothing is stored', async () => {
    const id = await running([
      { id: 'a', action: 'test.idle' },
      { id: 'b', action: 'test.idle', dependsOn: ['a'] },
    ]);
    await eventually(
      async () => front.get<TaskDetail>(`/directives/${id}/tasks/a`),
      ({ state }) => state === 'dispatched',
    );
    for (const [task, verb, state, allowed] of [
      ['a', 'skip', 'dispatched', []],
      ['b', 'retry', 'waiting', ['skip']],
    ] as const) {
      const answer = await front.call('POST', `/directives/${id}/tasks/${task}/${verb}`);
      expect(answer.json).toMatchObject({ status: 409, code: 'TRANSITION_ILLEGAL', task: { state, allowed } });
    }
    const path = `/directives/${id}/tasks/b`;
    const refusal = async (verb: string, body?: Json) => front.refusal('POST', `${path}/${verb}`, body);
    expect(await refusal('complete-with', { output: { n: 'x' } })).toMatchObject({
      status: 422,
      code: 'INPUT_INVALID',
      pointers: ['/output/n'],
      changed: [],
    });
    expect(await refusal('complete-with', {})).toMatchObject({ status: 400, changed: [] });
    expect(await refusal('skip', { why: '' })).toMatchObject({ code: 'UNKNOWN_FIELD', changed: [] });
    const none = await front.refusal('POST', `/directives/${id}/tasks/z/skip`);
    expect(none).toMatchObject({ status: 404, code: 'NOT_FOUND', changed: [] });
  });
});
