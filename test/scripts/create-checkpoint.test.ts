import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { CheckpointStore } from '#libs/state';
import { aDraft, echo, outcome } from './orders.js';
import { ScriptBed } from './script-bed.js';
import type { Stage } from './stage.js';
import { expectNothingWritten } from './wrong-type.js';

let bed: ScriptBed;
let stage: Stage;
let checkpoints: CheckpointStore;
beforeAll(async () => {
  bed = await ScriptBed.open();
});
beforeEach(() => {
  stage = bed.stage();
  checkpoints = new CheckpointStore(stage.redis, stage.scripts, stage.keys);
});
afterAll(async () => bed.close());

describe('create-checkpoint', () => {
  it('notes how far a directive is, with its event', async () => {
    const { id, granted } = await stage.begin([echo('a'), echo('b', ['a'])]);
    await stage.settle(outcome(granted['a']!));
    expect(await checkpoints.create(id, 'kim', 'before the release')).toBe(1);
    const events = await stage.events(id);
    const made = { number: 1, kind: 'manual', reason: 'before the release', by: 'kim' };
    expect(events.at(-1)).toEqual({ type: 'checkpoint.created', task: '', data: made });
    const [checkpoint] = await checkpoints.all(id);
    expect(checkpoint).toMatchObject({ ...made, id: `${id}.1`, directiveId: id, seq: events.length, state: 'RUNNING' });
    expect(checkpoint!.tasks).toMatchObject({ total: 2, open: 1, succeeded: 1, failed: 0 });
  });

  it('keeps the last 100', async () => {
    const { id } = await stage.begin([echo('a')]);
    for (let at = 1; at <= 103; at += 1) expect(await checkpoints.create(id, 'kim', '')).toBe(at);
    const numbers = (await checkpoints.all(id)).map(({ number }) => number);
    expect(numbers).toEqual(Array.from({ length: 100 }, (_, at) => 103 - at));
    expect(await stage.redis.llen(stage.keys.checkpoints(id))).toBe(100);
  });

  it('makes none the second time the same call comes', async () => {
    const { id } = await stage.begin([echo('a')]);
    const call = [id, 'manual', '', 'kim', 'a-token'] as const;
    expect(await stage.run('create-checkpoint', ...call)).toEqual(['ok', '1']);
    const before = await stage.keyspace();
    expect(await stage.run('create-checkpoint', ...call)).toEqual(['ok', '1']);
    expect(await stage.keyspace()).toEqual(before);
  });

  it('makes one where two executors find it due', async () => {
    const { id } = await stage.begin([echo('a')]);
    expect(await checkpoints.createDue(id, 'interval', 0)).toBe(true);
    expect(await checkpoints.createDue(id, 'interval', 0)).toBe(true);
    await checkpoints.create(id, 'kim', '');
    expect(await checkpoints.createDue(id, 'tasks', 1)).toBe(false);
    expect((await checkpoints.all(id)).map(({ reason }) => reason)).toEqual(['', 'interval']);
  });

  it('refuses a directive that rests, is closing or unknown', async () => {
    const { id, granted } = await stage.begin([echo('a')]);
    await stage.settle(outcome(granted['a']!));
    const closing = (await stage.begin(Array.from({ length: 150 }, (_, at) => echo(`t${at}`)))).id;
    await stage.store.cancel(closing);
    const before = await stage.keyspace();
    for (const over of [id, closing])
      await expect(checkpoints.create(over, 'kim', '')).rejects.toMatchObject({ code: 'TRANSITION_ILLEGAL' });
    await expect(checkpoints.create(aDraft().id, 'kim', '')).rejects.toMatchObject({ code: 'NOT_FOUND' });
    expect(await checkpoints.createDue(id, 'interval', 0)).toBe(false);
    expect(await stage.keyspace()).toEqual(before);
  });

  it('writes nothing when a key is of a wrong type', async () => {
    const { id } = await stage.begin([echo('a')]);
    const { keys } = stage;
    const spoilt = [keys.directive(id), keys.events(id), keys.shardEvents(0), keys.checkpoints(id)];
    await expectNothingWritten(stage, spoilt, async () => checkpoints.create(id, 'kim', ''));
  });
});
