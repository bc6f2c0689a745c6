import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { limits } from '#libs/contracts';
import { DirectiveStore, ScriptRunner, type ScriptCall } from '#libs/state';
import { expectNothingWritten } from './wrong-type.js';
import { aDraft, echo, planOf } from './orders.js';
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

class RecordingRunner extends ScriptRunner {
  readonly calls: ScriptCall[] = [];

  override async run(call: ScriptCall): Promise<unknown> {
    this.calls.push(call);
    return super.run(call);
  }
}

async function acceptRecorded(tasks: Parameters<typeof planOf>[0]): Promise<ScriptCall[]> {
  const runner = new RecordingRunner(stage.redis);
  await new DirectiveStore(runner, stage.keys).accept(aDraft(), planOf(tasks));
  return runner.calls;
}

function specsIn({ args }: ScriptCall): number {
  return args.filter((arg) => String(arg).endsWith(':spec')).length;
}

/** 100 layers of 100 tasks; each task waits for five of the layer above. */
function largestPlan(): Parameters<typeof planOf>[0] {
  return Array.from({ length: limits.maxTasks }, (_, at) => {
    const above = Math.floor(at / 100) - 1;
    const fives = Array.from({ length: 5 }, (__, edge) => `t${above * 100 + ((at * 7 + edge * 13) % 100)}`);
    return echo(`t${at}`, above < 0 ? [] : fives);
  });
}

describe('stage-plan', () => {
  it('writes a chunk beside the directive, to vanish an hour later', async () => {
    const { id } = aDraft();
    expect(await stage.run('stage-plan', id, 'h', 4, 2, '0', '{}', '0:spec', '{}', '0:pending', '1')).toEqual(['ok']);
    expect(await stage.keyspace()).toEqual({
      [`${stage.keys.plan(id)}:h`]: { '0': '{}', '0:spec': '{}' },
      [`${stage.keys.tasks(id)}:h`]: { '0:pending': '1' },
    });
    const lives = await Promise.all(
      [stage.keys.plan(id), stage.keys.tasks(id)].map(async (key) => stage.redis.ttl(`${key}:h`)),
    );
    expect(lives).toEqual([3_600, 3_600]);
  });

  it('prolongs what was staged before, so that no part of a plan goes first', async () => {
    const { id } = aDraft();
    await stage.run('stage-plan', id, 'h', 2, 2, '0', '{}', '0:pending', '1');
    await stage.redis.expire(`${stage.keys.tasks(id)}:h`, 5);
    await stage.run('stage-plan', id, 'h', 2, 0, '1', '{}');
    expect(await stage.redis.ttl(`${stage.keys.tasks(id)}:h`)).toBe(3_600);
  });

  it('changes nothing when the same chunk comes again', async () => {
    const { id } = aDraft();
    const chunk = ['stage-plan', id, 'h', 2, 0, '0', '{}'] as const;
    await stage.run(...chunk);
    const before = await stage.keyspace();
    expect(await stage.run(...chunk)).toEqual(['ok']);
    expect(await stage.keyspace()).toEqual(before);
  });

  it('writes nothing once the directive has its plan', async () => {
    const id = await stage.accept([echo('a')]);
    const before = await stage.keyspace();
    expect(await stage.run('stage-plan', id, 'h', 2, 0, '0', '{}')).toEqual(['late']);
    expect(await stage.keyspace()).toEqual(before);
  });

  it('writes nothing when a key is of a wrong type', async () => {
    const { id } = aDraft();
    const keys = [stage.keys.directive(id), `${stage.keys.plan(id)}:h`, `${stage.keys.tasks(id)}:h`];
    const call = async () => stage.run('stage-plan', id, 'h', 2, 2, '0', '{}', '0:pending', '1');
    await expectNothingWritten(stage, keys, call);
  });

  it('takes 10,000 tasks and 49,500 edges in calls of at most 100 tasks and 256 KB', async () => {
    const calls = await acceptRecorded(largestPlan());
    const staged = calls.filter(({ name }) => name === 'stage-plan');
    expect(Math.max(...staged.map(specsIn))).toBeLessThanOrEqual(100);
    expect(staged.reduce((sum, call) => sum + specsIn(call), 0)).toBe(limits.maxTasks);
    expect(specsIn(calls.at(-1)!)).toBe(0);
    expect(Math.max(...staged.map(({ args }) => args.join('').length))).toBeLessThanOrEqual(257 * 1024);
  });

  it('ends a chunk early when its inputs are large', async () => {
    const input = 'x'.repeat(100_000);
    const calls = await acceptRecorded(Array.from({ length: 20 }, (_, at) => echo(`t${at}`, [], { input })));
    expect(calls.map(specsIn)).toEqual([...Array.from({ length: 10 }, () => 2), 0]);
  });
});
