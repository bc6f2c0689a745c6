import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { array, assert, asyncProperty } from 'fast-check';
import { ScriptRunner, type ScriptCall } from '#libs/state';
import { commands, directiveShape } from './model/plans.js';
import { World } from './model/world.js';
import { ScriptBed } from './script-bed.js';
import type { Stage } from './stage.js';

/** Each takes the next of a list, whatever that is: called twice they do two steps. */
const steps = new Set([
  'advance-cascade',
  'close-chunk',
  'fire-timers',
  'release-tasks',
  'retire-directive',
  'start-directive',
]);
/** A human's orders: given again later they are new ones. */
const orders = new Set(['end-directive', 'order-task', 'pause-directive', 'resume-directive', 'raise-budget']);
/** Asked too early it does nothing; asked again when the directive rests or is closing it takes its entry from the list. */
const early = new Set(['expand-task', 'expire-directive', 'refuse-task', 'release-directive']);
/** A turn that was given back is not remembered: a repetition after that takes another. */
const turns = new Set(['take-permit']);

class RecordingRunner extends ScriptRunner {
  calls: ScriptCall[] = [];

  override async run(call: ScriptCall): Promise<unknown> {
    this.calls.push(call);
    return super.run(call);
  }

  override async runAll(calls: readonly ScriptCall[]): Promise<unknown[]> {
    this.calls.push(...calls);
    return super.runAll(calls);
  }

  /** As a client would that got no answer. */
  async again(call: ScriptCall): Promise<void> {
    await super.run(call);
  }
}

let bed: ScriptBed;
beforeAll(async () => {
  bed = await ScriptBed.open();
});
afterAll(async () => bed.close());

/** All that stands there, by key, without when something was given back. */
async function contentOf(stage: Stage): Promise<Map<string, string>> {
  const entries = Object.entries(await stage.keyspace()).map(([key, content]): [string, string] => [
    key,
    JSON.stringify(key.includes(':returned:') ? Object.keys(content as object) : content),
  ]);
  return new Map(entries);
}

async function expectSame(stage: Stage, runner: RecordingRunner, call: ScriptCall): Promise<void> {
  const before = await contentOf(stage);
  await runner.again(call);
  const after = await contentOf(stage);
  const keys = [...new Set([...before.keys(), ...after.keys()])].filter((key) => before.get(key) !== after.get(key));
  const changes = keys.map((key) => ({ key, before: before.get(key), after: after.get(key) }));
  expect({ name: call.name, changes }).toEqual({ name: call.name, changes: [] });
}

it('a call that is sent twice changes nothing the second time, at once or later', async () => {
  const shapes = array(directiveShape, { minLength: 2, maxLength: 3 });
  const replayed = new Set<string>();
  const property = asyncProperty(shapes, commands, async (plans, script) => {
    const runner = new RecordingRunner(bed.redis);
    const stage = bed.stage(2, runner);
    const world = await World.open(stage, plans);
    // What was removed may be accepted again: Idempotency-Keys are kept for that.
    for (const command of script.filter(({ kind }) => kind !== 'retire')) {
      const known = runner.calls.length;
      await world.run(command);
      const fresh = runner.calls.slice(known).filter(({ name }) => !steps.has(name));
      const late = runner.calls.filter(({ name }) => ![steps, orders, turns, early].some((set) => set.has(name)));
      for (const call of [...fresh, ...late.slice(command.pick % Math.max(1, late.length)).slice(0, 1)]) {
        replayed.add(call.name);
        await expectSame(stage, runner, call);
      }
      await world.look();
    }
  });
  await assert(property, { numRuns: 50, interruptAfterTimeLimit: 15_000 });
  expect([...replayed].toSorted()).toEqual(
    expect.arrayContaining(['accept-directive', 'decide-hold', 'expand-task', 'raise-budget', 'settle-attempt']),
  );
});
