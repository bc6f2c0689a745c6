import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Queue } from 'bullmq';
import { ulid } from 'ulid';
import { ActionRecord, formatDirectiveId } from '#libs/contracts';
import { queueOptions } from '#libs/queues';
import { eventually } from './http-front-bed.js';
import { RoomsBed } from './rooms-bed.js';

let bed: RoomsBed;
const gate = Promise.withResolvers<void>();

beforeAll(async () => {
  bed = await RoomsBed.open({ COC_LOG_LEVEL: 'fatal' });
  await bed.serve({ name: 'test.echo', effect: 'pure' }, async ({ input }) => input);
  await bed.serve({ name: 'test.gate', effect: 'pure', maxCostUsd: 1 }, async () => gate.promise);
});

afterAll(async () => {
  gate.resolve();
  await bed.close();
});

/** So that the sweep does not take it for one to which something just happened. */
async function beQuiet(id: string): Promise<void> {
  await bed.redis.hset(bed.keys.directive(id), 'updatedAt', 1);
}

describe('a sweep', () => {
  it('sends a directive on that nothing would have moved', async () => {
    const executor = await bed.startExecutor();
    const id = await bed.accept([
      { id: 'a', action: 'test.echo' },
      { id: 'b', action: 'test.echo', dependsOn: ['a'] },
    ]);
    await bed.redis.zrem(bed.keys.cascade(0), `${id}.root.0.start`);
    await bed.redis.zrem(bed.keys.outbox(0), `execute:${id}`);
    await beQuiet(id);
    expect(await executor.executor.sweep('idle-directive').runOnce(0)).toMatchObject({
      looked: 1,
      found: 1,
      repaired: 1,
    });
    expect(await bed.finished(id)).toBe('COMPLETED');
    expect(await executor.executor.sweep('idle-directive').runOnce(0)).toMatchObject({ found: 0 });
    await bed.stopExecutor(executor);
  });

  it('corrects a reservation that no attempt has, and says so in the story', async () => {
    const executor = await bed.startExecutor();
    const id = await bed.submit([{ id: 'a', action: 'test.gate' }]);
    await bed.until(id, ({ type }) => type === 'task.started');
    const counts = JSON.parse((await bed.field(id, 'counts'))!) as number[];
    await bed.redis.hset(bed.keys.directive(id), 'counts', JSON.stringify(counts.with(13, counts[13]! + 7)));
    expect(await executor.executor.sweep('reservation').runOnce(0)).toMatchObject({ repaired: 1 });
    expect(await bed.field(id, 'reservedMicroUsd')).toBe('1000000');
    expect(await bed.story(id)).toContain('directive.reservation_corrected');
    expect(await executor.executor.sweep('reservation').runOnce(0)).toMatchObject({ found: 0 });
    await bed.stopExecutor(executor);
  });

  it('removes jobs that wait with a dead fence, and leaves those that are in flight or a stranger’s', async () => {
    await bed.catalog.publish(ActionRecord.parse({ name: 'test.later', effect: 'pure' }));
    const queue = new Queue('test.later.0', queueOptions(bed.address, 0));
    const executor = await bed.startExecutor();
    const id = await bed.submit([{ id: 'a', action: 'test.later' }]);
    await eventually(
      async () => queue.getWaitingCount(),
      (count) => count === 1,
    );
    const dead = Array.from({ length: 250 }, () => `${formatDirectiveId(0, ulid())}.0.1.${'n'.repeat(20)}`);
    await queue.addBulk([...dead, 'a-strangers'].map((jobId) => ({ name: 'x', data: {}, opts: { jobId } })));
    const sweep = executor.executor.sweep('dead-job');
    const first = await sweep.runOnce(0);
    expect(first).toMatchObject({ found: 250, repaired: 200, postponed: 50 });
    for (let found = 50; found > 0;) ({ found } = await sweep.runOnce(0));
    const left = (await queue.getWaiting()).map((job) => job.id);
    expect(left).toHaveLength(2);
    expect(left).toContain('a-strangers');
    await queue.remove('a-strangers');
    await queue.close();
    await bed.serve({ name: 'test.later', effect: 'pure' }, async () => 'done');
    expect(await bed.finished(id)).toBe('COMPLETED');
    expect(executor.executor.sweepTotals()['dead-job']![0]).toMatchObject({ repaired: 250 });
    await bed.stopExecutor(executor);
  });
});

describe('a process with a role', () => {
  const withRole = async (role: 'reclaimer' | 'retention') =>
    bed.startExecutor({ ...bed.env, executor: { ...bed.env.executor, role, retentionMs: 0, jobKeepMs: 0 } });

  it('reclaims what a dead orchestrator and a dead executor left, with workers alone', async () => {
    const reclaimer = await withRole('reclaimer');
    const id = await bed.accept([{ id: 'a', action: 'test.echo' }]);
    await bed.grantAndDie(id);
    await bed.until(id, ({ type }) => type === 'task.queued');
    expect(await bed.finished(id, 30_000)).toBe('COMPLETED');
    expect(() => reclaimer.executor.sweep('retention')).toThrow(RangeError);
    await bed.stopExecutor(reclaimer);
  });

  it('removes what is over, and is not disturbed by a second one', async () => {
    const executor = await bed.startExecutor();
    const ids = await Promise.all(
      Array.from({ length: 60 }, async () => bed.submit([{ id: 'a', action: 'test.echo' }])),
    );
    for (const id of ids) await bed.finished(id);
    await bed.stopExecutor(executor);
    const [one, other] = [await withRole('retention'), await withRole('retention')];
    const rounds = await Promise.all(
      [one, other].map(async ({ executor: each }) => each.sweep('retention').runOnce(0)),
    );
    expect(rounds.map(({ failed }) => failed)).toEqual([0, 0]);
    for (const { executor: each } of [one, other]) await each.sweep('retention').progress.nextRound();
    for (const id of ids) expect(await bed.redis.exists(bed.keys.directive(id), bed.keys.events(id))).toBe(0);
    expect(() => one.executor.sweep('agenda')).toThrow(RangeError);
    await Promise.all([bed.stopExecutor(one), bed.stopExecutor(other)]);
  });
});
