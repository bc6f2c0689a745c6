import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { array, assert, asyncProperty } from 'fast-check';
import { checkState, checkStep, type Faults } from './model/invariants.js';
import { commands, directiveShape, type Command, type DirectiveShape } from './model/plans.js';
import { World } from './model/world.js';
import { ScriptBed } from './script-bed.js';

let bed: ScriptBed;
beforeAll(async () => {
  bed = await ScriptBed.open();
});
afterAll(async () => bed.close());

const window = 2;

async function runAndCheck(world: World, command: Command): Promise<Faults> {
  const before = world.snapshot;
  await world.run(command);
  const after = await world.look();
  return [...checkStep(before, after), ...checkState(after)];
}

/** Runs the commands, then all that rooms and sweepers still have to do, then cancels what waits for a human. */
async function live(shapes: DirectiveShape[], script: Command[]): Promise<void> {
  // What earlier runs left would be scanned at every step.
  await bed.redis.flushdb();
  const world = await World.open(bed.stage(window), shapes);
  const done: string[] = [];
  let pick = 0;
  const step = async (command: Command): Promise<void> => {
    done.push(`${command.kind} ${command.pick}`);
    const faults = await runAndCheck(world, command);
    if (faults.length > 0) throw new Error(`after ${done.join(', ')}:\n${faults.join('\n')}`);
  };
  for (const command of script) await step(command);
  await world.drain(async (kind) => step({ kind, pick: (pick += 1) }));
  expect(world.snapshot.lists.filter((name) => /^(ready:|inflight:|cascade|expand|closing)/.test(name))).toEqual([]);
  for (const at of shapes.keys()) await step({ kind: 'cancel', pick: at });
  await world.drain(async (kind) => step({ kind, pick: (pick += 1) }));
  expect(
    world.snapshot.lists.filter((name) => /^(ready:|inflight:|cascade|expand|closing|timers|outbox)/.test(name)),
  ).toEqual([]);
}

describe('whatever is done to a few directives at once', () => {
  it('keeps every invariant after every step, and comes to rest', async () => {
    await assert(asyncProperty(array(directiveShape, { minLength: 2, maxLength: 3 }), commands, live), {
      numRuns: 100,
      interruptAfterTimeLimit: 20_000,
    });
  });
});
