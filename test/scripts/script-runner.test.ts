import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { ScriptRunner } from '#libs/state';
import { echo, outcome } from './orders.js';
import { ScriptBed } from './script-bed.js';
import type { Stage } from './stage.js';

let bed: ScriptBed;
let stage: Stage;
beforeEach(async () => {
  bed = await ScriptBed.open();
  stage = bed.stage();
});
afterEach(async () => bed.close());

/** How often Redis was asked to load a library, and how many it has. */
async function loads(): Promise<{ loaded: number; libraries: number }> {
  const stats = await bed.redis.info('commandstats');
  const loaded = /^cmdstat_function\|load:calls=(\d+)/m.exec(stats)?.[1] ?? 0;
  return { loaded: Number(loaded), libraries: (await bed.redis.function('LIST')).length };
}

const call = () => ({ name: 'fire-timers', root: stage.keys.root(0), args: [1, 'nonce', 1] });
const nothingDue = [[], '', [], [[], [], 0, [], 0, ''], []];

describe('the library of scripts', () => {
  it('is loaded once for 300 first calls at the same time', async () => {
    const runner = new ScriptRunner(bed.redis);
    const replies = await Promise.all(Array.from({ length: 300 }, async () => runner.run(call())));
    expect(replies).toEqual(Array.from({ length: 300 }, () => nothingDue));
    expect(await loads()).toEqual({ loaded: 1, libraries: 1 });
  });

  it('is loaded once for all calls of a pipeline', async () => {
    const runner = new ScriptRunner(bed.redis);
    const replies = await runner.runAll(Array.from({ length: 300 }, call));
    expect(replies).toEqual(Array.from({ length: 300 }, () => nothingDue));
    expect(await loads()).toEqual({ loaded: 1, libraries: 1 });
  });

  it('is one library however many processes bring it', async () => {
    const runners = Array.from({ length: 5 }, () => new ScriptRunner(bed.redis));
    await Promise.all(runners.map(async (runner) => runner.run(call())));
    expect((await loads()).libraries).toBe(1);
  });

  it('is given again to a Redis that lost it between two calls', async () => {
    const { id, granted } = await stage.begin([echo('a'), echo('b', ['a'])]);
    await bed.redis.function('FLUSH');
    const { b } = await stage.settle(outcome(granted['a']!));
    await bed.redis.function('FLUSH');
    await stage.attempts.startAttempts([b!]);
    await bed.redis.function('FLUSH');
    await stage.settle(outcome(b!));
    expect((await stage.story(id)).at(-1)).toBe('directive.completed');
  });

  it('answers the failure of one call in its place, and the replies of the others', async () => {
    const runner = new ScriptRunner(bed.redis);
    const bad = { ...call(), args: ['wide', 'nonce', 1] };
    const replies = await runner.runAll([call(), bad, call()]);
    expect([replies[0], replies[2]]).toEqual([nothingDue, nothingDue]);
    expect(String(replies[1])).toContain('a window and a nonce are needed');
    await expect(runner.run(bad)).rejects.toThrow('a window and a nonce are needed');
    expect(await runner.runAll([])).toEqual([]);
  });

  it('knows no script of another name', async () => {
    await expect(new ScriptRunner(bed.redis).run({ ...call(), name: 'no-script' })).rejects.toThrow(
      'no script is named no-script',
    );
  });

  it('keeps nothing of a call that failed for the next one', async () => {
    const { id, granted } = await stage.begin([echo('a')]);
    const events = await bed.redis.dumpBuffer(stage.keys.events(id));
    await bed.redis.set(stage.keys.events(id), 'no stream');
    const { results } = await stage.attempts.settle([outcome(granted['a']!)]);
    expect(results).toMatchObject([{ result: 'error' }]);
    await bed.redis.del(stage.keys.events(id));
    await bed.redis.restore(stage.keys.events(id), 0, events);
    const before = await stage.keyspace();
    await stage.attempts.advanceCascade(0);
    expect(await stage.keyspace()).toEqual(before);
    await stage.settle(outcome(granted['a']!));
    expect((await stage.story(id)).slice(4)).toEqual(['task.started a', 'task.completed a', 'directive.completed']);
  });
});
