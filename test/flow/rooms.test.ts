import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { RoomsBed } from './rooms-bed.js';

let bed: RoomsBed;

beforeAll(async () => {
  bed = await RoomsBed.open();
  await bed.serve({ name: 'test.echo', effect: 'pure' }, async ({ input }) => input);
  await bed.serve({ name: 'test.list', effect: 'pure' }, async ({ input }) => ({ items: input }));
  await bed.serve({ name: 'test.fail', effect: 'pure' }, async () => {
    throw new Error('it broke');
  });
  await bed.startExecutor();
});

afterAll(async () => bed.close());

describe('a directive through the rooms', () => {
  it('tells the story of a chain of three exactly', async () => {
    const id = await bed.submit([
      { id: 'a', action: 'test.echo', input: { text: 'one' } },
      { id: 'b', action: 'test.echo', input: { from: { $task: 'a', path: '/text' } } },
      { id: 'c', action: 'test.echo', input: { from: { $task: 'b' } }, dependsOn: ['a'] },
    ]);
    expect(await bed.finished(id)).toBe('COMPLETED');
    expect(await bed.story(id)).toEqual([
      'directive.accepted',
      'directive.planned',
      'directive.started',
      'task.queued a',
      'task.started a',
      'task.completed a',
      'task.queued b',
      'task.started b',
      'task.completed b',
      'task.queued c',
      'task.started c',
      'task.completed c',
      'directive.completed',
    ]);
    expect(await bed.output(id, '2')).toEqual({ from: { from: 'one' } });
  });

  it('fans out over a list, joins in order and goes on', async () => {
    const id = await bed.submit([
      { id: 'list', action: 'test.list', input: ['x', 'y', 'z'] },
      {
        id: 'each',
        action: 'test.echo',
        forEach: { items: { $task: 'list', path: '/items' }, maxItems: 10 },
        input: { it: { $item: '' } },
      },
      { id: 'join', action: 'test.echo', input: { $task: 'each' } },
    ]);
    expect(await bed.finished(id)).toBe('COMPLETED');
    expect(await bed.output(id, '2')).toEqual([{ it: 'x' }, { it: 'y' }, { it: 'z' }]);
    expect(await bed.story(id)).toEqual(
      expect.arrayContaining(['task.expanded each', 'task.completed each[2]', 'task.completed each']),
    );
  });

  it('fails with the reason after its retries, skips what hangs on it and goes on elsewhere', async () => {
    const id = await bed.submit([
      { id: 'bad', action: 'test.fail', maxRetries: 1, retryDelayMs: 10 },
      { id: 'after', action: 'test.echo', dependsOn: ['bad'] },
      { id: 'later', action: 'test.echo', dependsOn: ['after'] },
      { id: 'other', action: 'test.echo', input: 1 },
    ]);
    expect(await bed.finished(id)).toBe('PARTIALLY_COMPLETED');
    const story = await bed.story(id);
    expect(story).toEqual(
      expect.arrayContaining([
        'task.retried bad',
        'task.failed bad',
        'task.skipped after',
        'task.skipped later',
        'task.completed other',
      ]),
    );
    expect(await bed.field(id, 'errorCode')).toBe('WORKER_ERROR');
    expect(await bed.field(id, 'errorMessage')).toContain('it broke');
  });

  it('goes on past an optional task that failed', async () => {
    const id = await bed.submit([
      { id: 'maybe', action: 'test.fail', optional: true, maxRetries: 0 },
      { id: 'after', action: 'test.echo', input: { was: { $task: 'maybe' } } },
    ]);
    expect(await bed.finished(id)).toBe('COMPLETED');
    expect(await bed.output(id, '1')).toEqual({ was: null });
  });

  it('completes a fan-out over an empty list', async () => {
    const id = await bed.submit([{ id: 'none', action: 'test.echo', forEach: { items: [], maxItems: 5 } }]);
    expect(await bed.finished(id)).toBe('COMPLETED');
  });

  it('refuses a fan-out over something that is no list', async () => {
    const id = await bed.submit([
      { id: 'one', action: 'test.echo', input: { no: 'list' } },
      {
        id: 'each',
        action: 'test.echo',
        forEach: { items: { $task: 'one', path: '/no' }, maxItems: 5 },
        input: { $item: '' },
      },
    ]);
    expect(await bed.finished(id)).toBe('FAILED');
    expect(await bed.field(id, 'errorCode')).toBe('FAN_OUT_NOT_A_LIST');
  });

  it('leaves nothing reserved and nothing in flight', async () => {
    expect(await bed.redis.zcard(bed.keys.inflight(0, 'test.echo.0'))).toBe(0);
    expect(await bed.redis.zcard(bed.keys.ready(0, 'test.echo.0'))).toBe(0);
    expect(await bed.redis.zcard(bed.keys.outbox(0))).toBe(0);
    expect(await bed.redis.zcard(bed.keys.timers(0))).toBe(0);
  });
});
