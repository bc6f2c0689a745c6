import { rename, rm, writeFile } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import 'reflect-metadata';
import type { Json } from '#libs/contracts';
import { createLogger } from '#libs/telemetry';
import { startWorkerHost, type WorkerHost } from '../../apps/workers/src/host/start-worker-host.js';
import { HttpFront, eventually } from '../flow/http-front-bed.js';
import { PayloadActions } from '../flow/payload-actions.js';

let front: HttpFront;
let host: WorkerHost;
/** How often `plain.make` ran. */
let made = 0;

beforeAll(async () => {
  front = await HttpFront.open();
  const { rooms } = front;
  host = await startWorkerHost(rooms.env, createLogger('host', 'silent'), [PayloadActions]);
  await rooms.serve({ name: 'plain.echo', effect: 'pure' }, async ({ input }) => input);
  await rooms.serve({ name: 'plain.make', effect: 'once' }, async ({ input }) => {
    made += 1;
    return 'y'.repeat(input as number);
  });
  await rooms.startExecutor();
});

afterAll(async () => {
  await host.close();
  await front.close();
});

/** While it runs, the store is a file where its folder was: every call fails, also for root. */
async function whileAway<T>(work: () => Promise<T>): Promise<T> {
  const { folder } = front.rooms.env.artifacts;
  await rename(folder, `${folder}.away`);
  await writeFile(folder, '');
  try {
    return await work();
  } finally {
    await rm(folder);
    await rename(`${folder}.away`, folder);
  }
}

const large = 'x'.repeat(100_000);

const outputOf = async (id: string): Promise<Json> =>
  (await front.get<{ output: Json }>(`/directives/${id}/output`)).output;

const taskOf = async (id: string, name: string) => (await front.tasks(id)).get(name)!;

describe('while the store is away', () => {
  it('a large submit is 503 and leaves nothing behind but that it was begun, a small one goes through', async () => {
    const body = (input: Json): Json => ({ ref: 'once-only', tasks: [{ id: 'a', action: 'plain.echo', input }] });
    await whileAway(async () => {
      const refusal = await front.refusal('POST', '/directives', body(large));
      expect(refusal).toMatchObject({ status: 503, code: 'ARTIFACT_STORE_UNAVAILABLE' });
      expect(refusal.changed).toEqual([expect.stringMatching(/:uploads$/)]);
      expect(refusal.detail).toMatch(/the artifact folder .* cannot be written just now \(ENOTDIR\); check that/);
      const { id } = await front.run({ tasks: [{ id: 'a', action: 'plain.echo', input: 1 }] });
      expect(await outputOf(id)).toBe(1);
    });
    const { id } = await front.run(body(large));
    expect(await outputOf(id)).toBe(large);
  });

  it('readiness says so and stays, for what is small goes on', async () => {
    type Ready = { details: { artifacts: { status: string; detail: string } } };
    const isUp = (status: string) => async () => {
      const answer = await front.call('GET', '/health/ready');
      return answer.status === 200 && (answer.json as unknown as Ready).details.artifacts.status === status;
    };
    await eventually(isUp('up'), Boolean);
    await whileAway(async () => eventually(isUp('down'), Boolean));
  });

  it('a large outcome waits on its stream, is not run again, and is settled when the store is back', async () => {
    const { redis, keys } = front.rooms;
    const id = await whileAway(async () => {
      const submitted = await front.submit({ tasks: [{ id: 'a', action: 'plain.make', input: 80_000 }] });
      const stream = `${keys.rootOf(submitted)}:plain.make.0:events`;
      const outcome = async () => {
        const entries = await redis.xrange(stream, '-', '+').catch(() => []);
        return entries.find(([, fields]) => fields.includes('completed'))?.[0];
      };
      const entry = await eventually(outcome, (found) => found !== undefined);
      // Delivered, and not acknowledged: also after others were settled.
      const isPending = async () => (await redis.xpending(stream, 'settle', entry!, entry!, 1)).length === 1;
      await eventually(isPending, Boolean);
      await front.run({ tasks: [{ id: 'b', action: 'plain.echo', input: 'small ones go on' }] });
      expect([await isPending(), (await taskOf(submitted, 'a')).state]).toEqual([
        true,
        expect.not.stringMatching(/succeeded|failed/),
      ]);
      return submitted;
    });
    expect(await front.rooms.finished(id, 30_000)).toBe('COMPLETED');
    expect(await outputOf(id)).toBe('y'.repeat(80_000));
    expect([await taskOf(id, 'a'), made]).toMatchObject([{ attempt: 1 }, 1]);
  });

  it('our worker host hands its output over by value, and nothing it did is lost', async () => {
    const id = await whileAway(async () => {
      const submitted = await front.submit({ tasks: [{ id: 'a', action: 'host.make', input: { bytes: 90_000 } }] });
      const { redis, keys } = front.rooms;
      const jobs = async () => {
        const names = await redis.keys(`${keys.rootOf(submitted)}:host.make.0:${submitted}.*`);
        return names.filter((name) => !/:(lock|logs)$/.test(name));
      };
      await eventually(jobs, (names) => names.length === 1);
      const [job] = await jobs();
      const value = await eventually(
        async () => redis.hget(job!, 'returnvalue'),
        (text) => text !== null,
      );
      expect(value!.length).toBeGreaterThan(90_000);
      return submitted;
    });
    expect(await front.rooms.finished(id, 30_000)).toBe('COMPLETED');
    expect(await outputOf(id)).toEqual({ text: 'x'.repeat(90_000 - 11) });
  });

  it('an attempt whose input cannot be resolved is tried again, with the reason', async () => {
    const tasks: Json = [
      { id: 'make', action: 'host.make', input: { bytes: 90_000 } },
      { id: 'wait', action: 'plain.echo', input: 1, dependsOn: ['make'], approval: true },
      {
        id: 'use',
        action: 'host.once',
        budget: { maxCostUsd: 1 },
        input: [{ $task: 'make' }, { $task: 'wait' }],
        retryDelayMs: 10,
        maxRetries: 60,
        backoff: 'fixed',
      },
    ];
    const id = await front.submit({ tasks, policies: { approval: 'on-request' } });
    await front.rooms.until(id, ({ type }) => type === 'task.held');
    await whileAway(async () => {
      expect((await front.call('POST', `/approvals/${id}.1/approve`, {})).status).toBe(200);
      await front.rooms.until(id, ({ type, task }) => type === 'task.retried' && task === 'use');
    });
    expect(await front.rooms.finished(id)).toBe('COMPLETED');
    const retried = (await front.rooms.events(id)).find(({ type }) => type === 'task.retried');
    expect(retried).toMatchObject({
      data: { code: 'ARTIFACT_STORE_UNAVAILABLE', class: 'transient', costMicroUsd: 0 },
    });
  });

  it('an action with effect once whose host could not fetch its input is tried again, and charged once', async () => {
    const { folder } = front.rooms.env.artifacts;
    const text = 'o'.repeat(60_000);
    const tasks: Json = [
      { id: 'gate', action: 'plain.echo', input: 1, approval: true },
      {
        id: 'act',
        action: 'host.once',
        budget: { maxCostUsd: 1 },
        input: text,
        dependsOn: ['gate'],
        retryDelayMs: 10,
        maxRetries: 9,
        backoff: 'fixed',
      },
    ];
    // The executor has the value; the host that gets the job does not.
    await host.close();
    const elsewhere = { ...front.rooms.env, artifacts: { folder: `${folder}.elsewhere`, bucket: undefined } };
    const lacking = await startWorkerHost(elsewhere, createLogger('host', 'silent'), [PayloadActions]);
    const id = await front.submit({ tasks, policies: { approval: 'on-request' }, budget: { maxCostUsd: 10 } });
    await front.rooms.until(id, ({ type }) => type === 'task.held');
    expect((await front.call('POST', `/approvals/${id}.0/approve`, {})).status).toBe(200);
    await front.rooms.until(id, ({ type, task }) => type === 'task.retried' && task === 'act');
    await lacking.close();
    host = await startWorkerHost(front.rooms.env, createLogger('host', 'silent'), [PayloadActions]);
    expect(await front.rooms.finished(id)).toBe('COMPLETED');
    expect(await outputOf(id)).toEqual({ bytes: 60_002 });
    const retried = (await front.rooms.events(id)).filter(({ type }) => type === 'task.retried');
    expect(retried[0]).toMatchObject({ data: { code: 'ARTIFACT_MISSING', costMicroUsd: 0 } });
    expect((await front.directive(id)).budget).toMatchObject({ chargedUsd: 1, reservedUsd: 0 });
  });
});
