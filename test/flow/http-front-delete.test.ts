import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { shardOfDirective, type Json } from '#libs/contracts';
import { HttpFront, eventually } from './http-front-bed.js';
import { problemOf } from './http-bed.js';
import { RunningRetention } from './retention-bed.js';

let front: HttpFront;
let retention: RunningRetention;

beforeAll(async () => {
  front = await HttpFront.open({ COC_SHARDS: '2' });
  retention = new RunningRetention(front);
  await retention.serve();
  await retention.atWork();
});
afterAll(async () => {
  await retention.stop();
  await front.close();
});

const bodies: Record<string, Json> = {
  'a chain with log lines': {
    tasks: [
      { id: 'a', action: 'test.talk' },
      { id: 'b', action: 'test.talk', dependsOn: ['a'] },
    ],
  },
  'one with a ref and artifacts': { tasks: [{ id: 'a', action: 'test.files' }], ref: 'mine' },
  'one with an input that lies in the store': {
    tasks: [{ id: 'a', action: 'test.echo', input: { $input: '' } }],
    input: 'x'.repeat(50_000),
  },
  'a plan of 250 tasks': { tasks: Array.from({ length: 250 }, (_, at) => ({ id: `t${at}`, action: 'test.echo' })) },
  'one that failed': { tasks: [{ id: 'a', action: 'test.fails', maxRetries: 0 }] },
};

/** Keys of Redis with its id in their names, but for its jobs: the executor removes those in their time. */
async function keysOf(id: string): Promise<string[]> {
  const keys = await front.rooms.redis.keys(`*${id}*`);
  return keys.filter((key) => !new RegExp(`:${id}\\.\\w+\\.\\d+\\.`).test(key));
}

describe('a directive that is final', () => {
  it.each(Object.entries(bodies))('%s is deleted at once, with all that it made', async (_, body) => {
    const { id } = await front.run(body);
    expect(await keysOf(id)).not.toEqual([]);
    expect((await front.call('DELETE', `/directives/${id}`)).status).toBe(204);
    expect(await keysOf(id)).toEqual([]);
    for (const part of ['', '/plan', '/events', '/output'])
      expect(problemOf(await front.call('GET', `/directives/${id}${part}`))).toMatchObject({ status: 404 });
    expect(await front.artifacts.removeAll('local', id)).toBe(0);
    expect(problemOf(await front.call('DELETE', `/directives/${id}`))).toMatchObject({ status: 404 });
  });

  it('leaves what a retry took over of it, which goes with the retry', async () => {
    const tasks: Json = [
      { id: 'a', action: 'test.files' },
      { id: 'b', action: 'test.fails', maxRetries: 0, dependsOn: ['a'] },
    ];
    const { id: first } = await front.run({ tasks });
    const { id } = (await front.call('POST', `/directives/${first}/retry`)).json as { id: string };
    expect(await front.rooms.finished(id)).toBe('FAILED');
    await front.call('DELETE', `/directives/${first}`);
    const [sha256] = await front.rooms.redis.hkeys(front.rooms.keys.artifacts(id));
    expect((await front.call('GET', `/artifacts/${id}.${sha256!}`)).text).toBe('a report');
    expect((await front.call('DELETE', `/directives/${id}`)).status).toBe(204);
    expect([...(await keysOf(first)), ...(await keysOf(id))]).toEqual([]);
    expect(await front.artifacts.removeAll('local', id)).toBe(0);
  });

  it('leaves its ref to another, and is not in the list', async () => {
    const { id } = await front.run({ tasks: [{ id: 'a', action: 'test.echo' }], ref: 'again' });
    await front.call('DELETE', `/directives/${id}`);
    const other = await front.run({ tasks: [{ id: 'a', action: 'test.echo' }], ref: 'again' });
    expect(other.state).toBe('COMPLETED');
    const { items } = await front.get<{ items: { id: string }[] }>('/directives');
    expect(items.map((item) => item.id)).not.toContain(id);
  });

  it('stays as it is until the recorder has its events', async () => {
    const { id } = await front.run({ tasks: [{ id: 'a', action: 'test.echo' }] });
    const mark = front.rooms.keys.recorded(shardOfDirective(id)!);
    await front.rooms.redis.set(mark, '0-0');
    const answer = await front.call('DELETE', `/directives/${id}`);
    expect(problemOf(answer)).toMatchObject({ status: 409, code: 'DIRECTIVE_SETTLING' });
    expect(answer.headers.get('retry-after')).toBe('2');
    expect((await front.directive(id)).state).toBe('COMPLETED');
    await front.rooms.redis.del(mark);
    expect((await front.call('DELETE', `/directives/${id}`)).status).toBe(204);
  });

  it('is gone wholly when its jobs are, too', async () => {
    const { items } = await front.get<{ items: { id: string }[] }>('/directives');
    for (const { id } of items) await front.call('DELETE', `/directives/${id}`);
    // For a day it is known that a job of theirs may still leave a file behind.
    const { redis, keys } = front.rooms;
    for (const shard of [0, 1]) await redis.del(keys.uploads(shard));
    await retention.sweepAll();
    await retention.atWork();
  }, 60_000);
});

describe('a directive that is not final', () => {
  it('is not deleted, at work or waiting for its start', async () => {
    const atWork = await front.submit({ tasks: [{ id: 'a', action: 'test.risky' }] });
    await front.rooms.until(atWork, ({ type }) => type === 'task.held');
    const waiting = await front.submit({ tasks: [{ id: 'a', action: 'test.echo' }], start: false });
    for (const [id, state] of [
      [atWork, 'RUNNING'],
      [waiting, 'PENDING'],
    ]) {
      const problem = problemOf(await front.call('DELETE', `/directives/${id}`));
      expect(problem).toMatchObject({ status: 409, code: 'TRANSITION_ILLEGAL', state });
      expect((await front.directive(id!)).state).toBe(state);
      await front.call('POST', `/directives/${id}/cancel`);
      expect((await front.call('DELETE', `/directives/${id}`)).status).toBe(204);
    }
  });

  it('is not deleted while it is partially completed, which a human may still complete', async () => {
    const tasks: Json = [
      { id: 'a', action: 'test.echo' },
      { id: 'b', action: 'test.fails', maxRetries: 0 },
    ];
    const { id, state } = await front.run({ tasks });
    expect(state).toBe('PARTIALLY_COMPLETED');
    const problem = problemOf(await front.call('DELETE', `/directives/${id}`));
    expect(problem).toMatchObject({ status: 409, state, allowed: expect.arrayContaining(['COMPLETED']) });
    await front.call('POST', `/directives/${id}/complete`);
    await eventually(
      async () => (await front.call('DELETE', `/directives/${id}`)).status,
      (status) => status === 204,
    );
  });
});
