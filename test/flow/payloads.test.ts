import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import 'reflect-metadata';
import { approvalDigest } from '#libs/policy';
import { HoldView, limits, type Json, type TaskMessage } from '#libs/contracts';
import { createLogger } from '#libs/telemetry';
import { startWorkerHost, type WorkerHost } from '../../apps/workers/src/host/start-worker-host.js';
import { HttpFront, eventually } from './http-front-bed.js';
import { PayloadActions } from './payload-actions.js';

const mega = 1024 * 1024;
let front: HttpFront;
let host: WorkerHost;
/** What came to workers without our libraries, by task id. */
const taken = new Map<string, TaskMessage>();

beforeAll(async () => {
  front = await HttpFront.open({ COC_LOG_LEVEL: 'error' });
  const { rooms } = front;
  host = await startWorkerHost(rooms.env, createLogger('host', 'silent'), [PayloadActions]);
  const remember = (message: TaskMessage): Json => {
    taken.set(message.taskId, message);
    return message.input;
  };
  await rooms.serve({ name: 'plain.echo', effect: 'pure' }, async (message) => remember(message));
  await rooms.serve({ name: 'plain.make', effect: 'pure' }, async ({ input }) => 'y'.repeat((input as number) - 2));
  await rooms.startExecutor();
});

afterAll(async () => {
  await host.close();
  await front.close();
});

const outputOf = async (id: string): Promise<Json> =>
  (await front.get<{ output: Json }>(`/directives/${id}/output`)).output;

const storedOutput = async (id: string, index: string): Promise<string> =>
  (await front.rooms.redis.hget(front.rooms.keys.tasks(id), `${index}:output`)) ?? '';

const isClaim = (text: string): boolean => /^claim:[0-9a-f]{64}:\d+$/.test(text);

/** The jobs of a directive on a queue, as Redis has them. */
async function jobsOf(queue: string, id: string): Promise<unknown[]> {
  const { redis, keys } = front.rooms;
  const names = await redis.keys(`${keys.rootOf(id)}:${queue}:${id}.*`);
  const texts = await Promise.all(
    names.filter((name) => !name.endsWith(':logs')).map((name) => redis.hget(name, 'data')),
  );
  return texts.flatMap((text) => (text === null ? [] : [JSON.parse(text)]));
}

async function usedMemory(): Promise<number> {
  return Number(/used_memory:(\d+)/.exec(await front.rooms.redis.info('memory'))![1]);
}

const chain = (bytes: number): Json => [
  { id: 'make', action: 'host.make', input: { bytes } },
  { id: 'pass', action: 'host.pass', input: { $task: 'make' } },
  { id: 'again', action: 'host.pass', input: { $task: 'pass' } },
];

describe('an output of 1 MB on our worker host', () => {
  it('goes through a chain by claims, is given back as it is, and is not in Redis', async () => {
    await front.run({ tasks: chain(100) });
    const before = await usedMemory();
    const ids: string[] = [];
    for (let at = 0; at < 5; at += 1) ids.push((await front.run({ tasks: chain(mega) })).id);
    const grown = (await usedMemory()) - before;
    expect(await outputOf(ids[4]!)).toEqual({ text: 'x'.repeat(mega - 11) });
    for (const index of ['0', '1', '2']) expect(await storedOutput(ids[0]!, index)).toMatch(/^claim:/);
    const [job] = await jobsOf('host.pass.0', ids[0]!);
    expect(job).toMatchObject({ input: null, inputClaim: { bytes: mega } });
    // 15 MB went by; each directive with its jobs, events and records takes some 20 KB.
    expect(grown).toBeLessThan(mega);
  });

  it('of 32 KiB stays where it was, and of a byte more does not', async () => {
    const { id } = await front.run({ tasks: chain(limits.claimCheckBytes) });
    expect((await storedOutput(id, '2')).length).toBe(limits.claimCheckBytes);
    const larger = await front.run({ tasks: chain(limits.claimCheckBytes + 1) });
    expect(isClaim(await storedOutput(larger.id, '2'))).toBe(true);
    expect(await outputOf(larger.id)).toEqual({ text: 'x'.repeat(limits.claimCheckBytes - 10) });
  });
});

describe('a worker that knows nothing of claims', () => {
  it('gets values and gives values, and Redis keeps a claim', async () => {
    const tasks = [
      { id: 'large', action: 'plain.make', input: 500_000 },
      { id: 'echo', action: 'plain.echo', input: { it: { $task: 'large' } } },
    ];
    const { id } = await front.run({ tasks });
    expect(taken.get('echo')!.input).toEqual({ it: 'y'.repeat(499_998) });
    expect(isClaim(await storedOutput(id, '0'))).toBe(true);
    expect(isClaim(await storedOutput(id, '1'))).toBe(true);
    expect(await outputOf(id)).toEqual({ it: 'y'.repeat(499_998) });
  });

  it('may give back what looks like a claim: it is a value', async () => {
    const forged = { output: null, outputClaim: { sha256: 'a'.repeat(64), bytes: 5, nonce: 'guessed-nonce' } };
    const { id } = await front.run({ tasks: [{ id: 'a', action: 'plain.echo', input: forged }] });
    expect(await outputOf(id)).toEqual(forged);
    const text = `claim:${'a'.repeat(64)}:5`;
    const other = await front.run({
      tasks: [{ id: 'a', action: 'plain.echo', input: text }],
      input: { claims: { input: 1 } },
    });
    expect(await outputOf(other.id)).toBe(text);
  });
});

describe('an input of 5 MB over HTTP', () => {
  const text = 'z'.repeat(5 * mega);

  it('of a task goes to our worker host by claim, and into no key of Redis', async () => {
    const { id, state } = await front.run({ tasks: [{ id: 'size', action: 'host.size', input: { text } }] });
    expect(state).toBe('COMPLETED');
    expect(await outputOf(id)).toEqual({ bytes: 5 * mega + 11, isInMessage: true });
    const spec = await front.rooms.redis.hget(front.rooms.keys.plan(id), '0:spec');
    expect(JSON.parse(spec!)).toMatchObject({ input: null, claims: { input: { bytes: 5 * mega + 11 } } });
    expect(spec!.length).toBeLessThan(1_000);
  });

  it('of the directive is read by references, in part and whole', async () => {
    const tasks = [
      { id: 'part', action: 'plain.echo', input: { $input: '/name' } },
      { id: 'whole', action: 'host.size', input: { $input: '' } },
    ];
    const output = { who: { $task: 'part' }, bytes: { $task: 'whole', path: '/bytes' }, name: { $input: '/name' } };
    const { id } = await front.run({ tasks, input: { name: 'me', text }, output });
    expect(await outputOf(id)).toEqual({ who: 'me', bytes: 5 * mega + 23, name: 'me' });
    const request = await front.rooms.redis.hget(front.rooms.keys.directive(id), 'request');
    expect(request!.length).toBeLessThan(1_000);
  });

  it('is refused of a task whose worker does not fetch claims, with both figures and what to do', async () => {
    const refusal = await front.refusal('POST', '/directives', {
      tasks: [{ id: 'a', action: 'plain.echo', input: text }],
    });
    expect(refusal).toMatchObject({ status: 422, code: 'INPUT_INVALID', changed: [] });
    expect(refusal.detail).toMatch(/has 5242882 bytes and the limit is 4194304; hand large data on as an artifact/);
  });

  it('is the same directive when it is sent again with the same key', async () => {
    const body = { tasks: [{ id: 'size', action: 'host.size', input: { text } }] };
    const key = { 'idempotency-key': 'five-megabytes' };
    expect(await front.submit(body, key)).toBe(await front.submit(body, key));
  });
});

describe('large values', () => {
  it('are the elements, the list and the template of a fan-out', async () => {
    const items = ['p', 'q', 'r'].map((letter) => letter.repeat(50_000));
    const template = { fixed: 'f'.repeat(60_000), item: { $item: '' } };
    const tasks: Json = [
      { id: 'list', action: 'plain.echo', input: items },
      { id: 'each', action: 'host.pass', input: template, forEach: { items: { $task: 'list' } } },
      { id: 'plain', action: 'plain.echo', input: { $item: '' }, forEach: { items } },
    ];
    const { id, state } = await front.run({ tasks, output: { each: { $task: 'each' }, plain: { $task: 'plain' } } });
    expect(state).toBe('COMPLETED');
    expect(await outputOf(id)).toEqual({ each: items.map((item) => ({ ...template, item })), plain: items });
    const plan = await front.rooms.redis.hgetall(front.rooms.keys.plan(id));
    expect(Math.max(...Object.values(plan).map((field) => field.length))).toBeLessThan(2_000);
  });

  it('of a fan-out that are more than an input may be fail their join before they are loaded', async () => {
    const items = Array.from({ length: 9 }, () => mega);
    const tasks: Json = [
      { id: 'each', action: 'plain.make', input: { $item: '' }, forEach: { items } },
      { id: 'join', action: 'host.size', input: { text: { $task: 'each' } } },
    ];
    const id = await front.submit({ tasks });
    expect(await front.rooms.finished(id, 60_000)).toBe('FAILED');
    const message = expect.stringContaining(
      `the outputs to join have at least ${9 * mega} bytes; the limit is ${8 * mega}`,
    );
    expect((await front.tasks(id)).get('join')).toMatchObject({ error: { code: 'INPUT_TOO_LARGE', message } });
  });

  it('are what a condition reads', async () => {
    const tasks: Json = [
      { id: 'make', action: 'host.make', input: { bytes: 100_000 } },
      {
        id: 'yes',
        action: 'plain.echo',
        input: 1,
        when: 'size(tasks.make.text) == 99989 && size(input.text) == 40000',
      },
      { id: 'no', action: 'plain.echo', input: 2, when: 'size(tasks.make.text) < 99989' },
    ];
    const { id } = await front.run({ tasks, input: { text: 't'.repeat(40_000) } });
    const states = [...(await front.tasks(id)).values()].map(({ state }) => state);
    expect(states).toEqual(['succeeded', 'succeeded', 'skipped']);
  });

  it('are what a human is shown, what he writes in their place, and what the digest is of', async () => {
    const input = { text: 'a'.repeat(70_000) };
    const task = { id: 'ask', action: 'host.size', input, approval: true };
    const id = await front.submit({ tasks: [task], policies: { approval: 'on-request' } });
    await front.rooms.until(id, ({ type }) => type === 'task.held');
    const hold = HoldView.parse(await front.get(`/approvals/${id}.0`));
    expect(hold.input).toEqual(input);
    const { action, actionVersion: version, assignment } = hold;
    expect(hold.digest).toBe(approvalDigest({ action, version, input, assignment }));
    const answer = { digest: hold.digest, input: { text: 'b'.repeat(90_000) } };
    expect((await front.call('POST', `/approvals/${id}.0/approve`, answer)).status).toBe(200);
    await front.rooms.finished(id);
    expect(await outputOf(id)).toEqual({ bytes: 90_011, isInMessage: true });
  });
});

describe('a file of a value', () => {
  const made = async (): Promise<{ id: string; file: string }> => {
    const { id } = await front.run({ tasks: [{ id: 'make', action: 'host.make', input: { bytes: 90_000 } }] });
    const sha256 = (await storedOutput(id, '0')).split(':')[1]!;
    return { id, file: join(front.rooms.env.artifacts.folder, 'local', id, sha256) };
  };

  it('that is gone is 410 with the reason', async () => {
    const { id, file } = await made();
    await rm(file);
    expect(await front.refusal('GET', `/directives/${id}/output`)).toMatchObject({
      status: 410,
      code: 'ARTIFACT_MISSING',
    });
  });

  it('that was changed is 500 with the reason', async () => {
    const { id, file } = await made();
    await writeFile(file, '{"text":"something else"}');
    const refusal = await front.refusal('GET', `/directives/${id}/output`);
    expect(refusal).toMatchObject({
      status: 500,
      code: 'ARTIFACT_CORRUPT',
      detail: expect.stringContaining('restore it'),
    });
  });

  it('fails the task that needs it, once', async () => {
    const tasks: Json = [
      { id: 'make', action: 'host.make', input: { bytes: 90_000 } },
      { id: 'wait', action: 'plain.echo', input: 1, dependsOn: ['make'], approval: true },
      { id: 'use', action: 'plain.echo', input: [{ $task: 'make' }, { $task: 'wait' }] },
    ];
    const id = await front.submit({ tasks, policies: { approval: 'on-request' } });
    await front.rooms.until(id, ({ type }) => type === 'task.held');
    const sha256 = (await storedOutput(id, '0')).split(':')[1]!;
    await rm(join(front.rooms.env.artifacts.folder, 'local', id, sha256));
    expect((await front.call('POST', `/approvals/${id}.1/approve`, {})).status).toBe(200);
    await eventually(
      async () => (await front.tasks(id)).get('use')!,
      ({ state }) => state === 'failed',
    );
    expect((await front.tasks(id)).get('use')).toMatchObject({ attempt: 1, error: { code: 'ARTIFACT_MISSING' } });
  });
});
