import { join } from 'node:path';
import { expect } from '@jest/globals';
import { Spawned } from './spawned.js';

const main = join(import.meta.dirname, '../../dist/chaos/src/main.js');

/** Runs the harness from dist/; a failure shows what it said, with its seed. */
async function runHarness(words: readonly string[], expected: object): Promise<void> {
  const run = Spawned.start(process.execPath, [main, ...words]);
  const code = await run.ended();
  const said = run.errors.map((line) => line.slice(0, 2_000));
  const result = JSON.parse(run.lines.at(-1) ?? '{}') as object;
  expect({ code, ...result, said }).toEqual(expect.objectContaining({ code: 0, ...expected }));
}

/** A run with a seed of its own. */
export async function surviveChaos(...words: string[]): Promise<void> {
  await runHarness(words, { violations: 0, void: false });
}

/** A death at each point, in one life. Two lanes take one of two cores for a quarter of an hour: the other suites have the other. */
export async function surviveCrashPoints(): Promise<void> {
  await runHarness(['--crash-points', '--once', '--lanes', '2'], { violations: 0, missed: 0 });
}
