import { join } from 'node:path';
import { expect } from '@jest/globals';
import { Spawned } from './spawned.js';

const main = join(import.meta.dirname, '../../dist/chaos/src/main.js');

/** Runs the harness from dist/ with a seed of its own, which a failure shows with everything else that was said. */
export async function surviveChaos(...words: string[]): Promise<void> {
  const run = Spawned.start(process.execPath, [main, ...words]);
  const code = await run.ended();
  const said = run.errors.map((line) => line.slice(0, 2_000));
  const result = JSON.parse(run.lines.at(-1) ?? '{}') as { violations?: number; void?: boolean };
  expect({ code, ...result, said }).toEqual(expect.objectContaining({ code: 0, violations: 0, void: false }));
}
