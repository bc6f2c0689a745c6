import { expect } from '@jest/globals';
import { array, assert, asyncProperty } from 'fast-check';
import { modelLength } from '../../setup/model-length.js';
import { ScriptBed } from '../script-bed.js';
import { checkState, checkStep, type Faults } from './invariants.js';
import { commands, directiveShape, type Command, type DirectiveShape } from './plans.js';
import { World } from './world.js';

const window = 2;
const halves = 2;
/** Far more than a run takes on a busy machine. */
const runTimeoutMs = 500;

export const exploreTimeoutMs = 60_000 + (modelLength.runs / halves) * runTimeoutMs;

async function runAndCheck(world: World, command: Command): Promise<Faults> {
  const before = world.snapshot;
  await world.run(command);
  const after = await world.look();
  return [...checkStep(before, after), ...checkState(after)];
}

function leftOn(world: World, lists: RegExp): string[] {
  return world.snapshot.lists.filter((name) => lists.test(name));
}

/** Runs the commands, then all that rooms and sweepers still have to do, then completes the first directive, which may rest in part, and cancels of the others what waits for a human. */
async function live(bed: ScriptBed, shapes: DirectiveShape[], script: Command[]): Promise<void> {
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
  const rest = async (): Promise<void> => world.drain(async (kind) => step({ kind, pick: (pick += 1) }));
  for (const command of script) await step(command);
  await rest();
  expect(leftOn(world, /^(ready:|inflight:|cascade|expand|closing)/)).toEqual([]);
  for (const at of shapes.keys()) await step({ kind: at === 0 ? 'complete' : 'cancel', pick: at });
  // One that is paused cannot be completed.
  await step({ kind: 'cancel', pick: 0 });
  await rest();
  expect(leftOn(world, /^(ready:|inflight:|cascade|expand|closing|timers|outbox|permits|degraded|orphaning)/)).toEqual(
    [],
  );
  expect(
    Object.keys(world.snapshot.home).filter((key) => /:(line|holders:(concurrency|directives)):/.test(key)),
  ).toEqual([]);
  await world.retireAll();
  const left = (await world.look()).lists.filter((name) => !/^(events|queues|control|discard|cascade)$/.test(name));
  expect(left).toEqual([]);
  expect(world.snapshot.directives.flatMap(({ keys }) => Object.keys(keys))).toEqual([]);
}

/** Half of the runs, on a Redis of their own: the other half has the machine's other core. */
export async function explore(half: 0 | 1): Promise<void> {
  const bed = await ScriptBed.open();
  try {
    const shapes = array(directiveShape, { minLength: 2, maxLength: 3 });
    const property = asyncProperty(shapes, commands, async (plans, script) => live(bed, plans, script));
    await assert(property, { numRuns: Math.ceil(modelLength.runs / halves), seed: modelLength.seed + half });
  } finally {
    await bed.close();
  }
}
