import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Json } from '#libs/contracts';
import { HttpFront } from './http-front-bed.js';

let front: HttpFront;

beforeAll(async () => {
  front = await HttpFront.open();
  await front.rooms.serve({ name: 'test.echo', effect: 'pure' }, async ({ input }) => input);
  await front.rooms.startExecutor();
});
afterAll(async () => front.close());

const echo = (id: string, input: Json, more: Record<string, Json> = {}): Json => ({
  id,
  action: 'test.echo',
  input,
  ...more,
});

async function statesOf(body: Json): Promise<Record<string, string>> {
  const { id } = await front.run(body);
  return Object.fromEntries([...(await front.tasks(id))].map(([name, { state }]) => [name, state]));
}

describe('a condition', () => {
  const gate = (score: number): Json => ({
    tasks: [
      echo('score', { value: score }),
      echo('ship', 1, { when: 'tasks.score.value > 0.5' }),
      echo('announce', 2, { dependsOn: ['ship'] }),
      echo('repair', 3, { when: 'tasks.score.value <= 0.5' }),
    ],
  });

  it.each<[number, Record<string, string>]>([
    [0.9, { ship: 'succeeded', announce: 'succeeded', repair: 'skipped' }],
    [0.1, { ship: 'skipped', announce: 'skipped', repair: 'succeeded' }],
  ])('chooses the way at a score of %p', async (score, states) => {
    expect(await statesOf(gate(score))).toEqual({ score: 'succeeded', ...states });
  });

  it('over the input of the directive needs no task before it', async () => {
    const body = { input: { env: 'prod' }, tasks: [echo('a', 1, { when: 'input.env == "test"' }), echo('b', 2)] };
    expect(await statesOf(body)).toEqual({ a: 'skipped', b: 'succeeded' });
  });

  it('of a fan-out is about the whole of it', async () => {
    const spread = (when: string): Json => ({
      tasks: [echo('each', { $item: '' }, { forEach: { items: [1, 2] }, when })],
    });
    expect(await statesOf(spread('false'))).toEqual({ each: 'skipped' });
    expect(await statesOf(spread('true'))).toEqual({
      each: 'succeeded',
      'each[0]': 'succeeded',
      'each[1]': 'succeeded',
    });
  });

  it('without an answer fails its task with the reason', async () => {
    const id = await front.submit({ tasks: [echo('a', {}), echo('b', 1, { when: 'tasks.a.missing > 1' })] });
    expect(await front.rooms.finished(id)).toBe('FAILED');
    expect((await front.tasks(id)).get('b')).toMatchObject({ state: 'failed', error: { code: 'EXPRESSION_FAILED' } });
  });

  it.each<[string, Json, string]>([
    ['cannot be read', echo('a', 1, { when: '1 +' }), '/tasks/0/when'],
    ['names a task that is not there', echo('a', 1, { when: 'tasks.none == 1' }), '/tasks/0/when'],
    ['names a variable nobody knows', echo('a', 1, { when: 'env.HOME == ""' }), '/tasks/0/when'],
  ])('that %s is refused at the door', async (_, task, pointer) => {
    const refusal = await front.refusal('POST', '/directives', { tasks: [task] });
    expect(refusal).toMatchObject({ status: 422, code: 'CONDITION_INVALID', pointers: [pointer], changed: [] });
  });
});

describe('a computed input', () => {
  it('is what its expression gives', async () => {
    const body = {
      tasks: [echo('list', [3, 1, 2]), echo('count', { size: { $cel: 'size(tasks.list)' } })],
      output: { $task: 'count' },
    };
    const { id } = await front.run(body);
    expect(await front.get(`/directives/${id}/output`)).toMatchObject({ output: { size: 3 } });
  });
});

describe('a task with continueOnFailure', () => {
  it('does not keep what depends on it, and still counts', async () => {
    await front.rooms.serve({ name: 'test.fail', effect: 'pure' }, async () => {
      throw new Error('it broke');
    });
    const failing = { id: 'a', action: 'test.fail', maxRetries: 0, continueOnFailure: true };
    const id = await front.submit({ tasks: [failing, echo('b', 1, { dependsOn: ['a'] })] });
    expect(await front.rooms.finished(id)).toBe('PARTIALLY_COMPLETED');
    expect((await front.tasks(id)).get('b')).toMatchObject({ state: 'succeeded' });
  });
});
