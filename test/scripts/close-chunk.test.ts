import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { expectNothingWritten, guardedKeys } from './wrong-type.js';
import { aDraft, echo, outcome } from './orders.js';
import { ScriptBed } from './script-bed.js';
import type { Stage } from './stage.js';

let bed: ScriptBed;
let stage: Stage;
beforeAll(async () => {
  bed = await ScriptBed.open();
});
beforeEach(() => {
  stage = bed.stage();
});
afterAll(async () => bed.close());

const many = (count: number) => Array.from({ length: count }, (_, at) => echo(`t${at}`));

async function closeAll(id: string): Promise<number[]> {
  const steps: number[] = [];
  for (let more = true; more;) {
    const { open } = await stage.counters(id, 'open');
    more = await stage.store.closeChunk(id);
    steps.push(open! - (await stage.counters(id, 'open'))['open']!);
  }
  return steps;
}

describe('close-chunk', () => {
  it('finishes the next tasks and in the end the directive', async () => {
    const { id } = await stage.begin(many(250));
    await stage.store.cancel(id);
    expect(await closeAll(id)).toEqual([100, 50]);
    expect(await stage.record(id)).toMatchObject({ state: 'CANCELLED', closing: '', cancelled: '250', open: '0' });
    expect((await stage.story(id)).filter((type) => type === 'directive.cancelled')).toHaveLength(1);
    expect(await stage.members('closing')).toEqual([]);
    expect(await stage.inflight()).toEqual([]);
    expect(await stage.ready()).toEqual([]);
  });

  it('ends 10,000 tasks at most 100 a call, cancelled or expired, parked or in flight', async () => {
    const wide = bed.stage(20_000);
    stage = wide;
    const cancelled = (await wide.begin(many(10_000))).id;
    await wide.store.pause(cancelled, 'tester');
    await wide.cascade();
    const expired = (await wide.begin(many(10_000))).id;
    await wide.cascade();
    await wide.letTtlPass(expired);
    await wide.store.cancel(cancelled);
    await wide.store.expire(expired);
    for (const [id, count, state] of [
      [cancelled, 'cancelled', 'CANCELLED'],
      [expired, 'expired', 'TIMEOUT'],
    ] as const) {
      const steps = await closeAll(id);
      expect(steps).toEqual(Array.from({ length: 99 }, () => 100));
      expect(await wide.record(id)).toMatchObject({ state, [count]: '10000', open: '0' });
    }
    expect(await wide.inflight()).toEqual([]);
  });

  it('does not finish again what an outcome finished in the meantime', async () => {
    const tasks = many(150);
    const { id, granted } = await stage.begin(tasks);
    await stage.store.pause(id, 'tester');
    const last = Object.values(granted).find(({ taskIndex }) => taskIndex === 99)!;
    await stage.run('cancel-directive', id, 50);
    await stage.settle(outcome(last));
    await closeAll(id);
    expect(await stage.counters(id, 'succeeded', 'cancelled', 'open')).toEqual({
      succeeded: 1,
      cancelled: 149,
      open: 0,
    });
    expect((await stage.story(id)).filter((line) => line.endsWith(` t99`))).toEqual([
      'task.queued t99',
      'task.started t99',
      'task.completed t99',
    ]);
  });

  it('strikes off what is not closing, and what is gone', async () => {
    const { id } = await stage.begin([echo('a')]);
    const gone = aDraft().id;
    await stage.redis.zadd(stage.keys.closing(0), 1, id, 1, gone);
    const record = await stage.record(id);
    expect(await stage.run('close-chunk', id, 100)).toEqual(['rests', 'RUNNING']);
    expect(await stage.run('close-chunk', gone, 100)).toEqual(['unknown', '']);
    expect(await stage.members('closing')).toEqual([]);
    expect(await stage.record(id)).toEqual(record);
  });

  it('changes nothing after the end', async () => {
    const { id } = await stage.begin([echo('a')]);
    await stage.store.cancel(id);
    const before = await stage.keyspace();
    expect(await stage.store.closeChunk(id)).toBe(false);
    expect(await stage.keyspace()).toEqual(before);
  });

  it('writes nothing when a key is of a wrong type, or without a limit', async () => {
    const { id } = await stage.begin(many(150));
    await stage.store.cancel(id);
    await expectNothingWritten(stage, guardedKeys(stage, id, stage.keys.control(0)), async () =>
      stage.store.closeChunk(id),
    );
    const before = await stage.keyspace();
    await expect(stage.run('close-chunk', id, 0)).rejects.toThrow('how many tasks to finish');
    expect(await stage.keyspace()).toEqual(before);
  });
});
