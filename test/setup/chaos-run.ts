import { join } from 'node:path';
import { expect } from '@jest/globals';
import { Spawned } from './spawned.js';

const main = join(import.meta.dirname, '../../dist/chaos/src/main.js');
/** A machine that is busy may miss a turn that the load was to take. */
const mostRuns = 3;

interface Outcome {
  code: number | string;
  violations?: number;
  void?: boolean;
  /** Of the crash points: how many there are, and at how many nobody died. */
  points?: number;
  missed?: number;
  /** What the harness said, with its seed. */
  said: string[];
}

async function runHarness(words: readonly string[]): Promise<Outcome> {
  const run = Spawned.start(process.execPath, [main, ...words]);
  const code = await run.ended();
  const said = run.errors.map((line) => line.slice(0, 2_000));
  return { code, ...(JSON.parse(run.lines.at(-1) ?? '{}') as object), said };
}

/** A run with a seed of its own. One that is void proves nothing, so there is another; one with a violation is the last. */
export async function surviveChaos(...words: string[]): Promise<void> {
  let outcome = await runHarness(words);
  for (let runs = 1; outcome.void && outcome.violations === 0 && runs < mostRuns; runs += 1)
    outcome = await runHarness(words);
  expect(outcome).toMatchObject({ code: 0, violations: 0, void: false });
}

/** Which of several processes is the first to do a thing is a race that one may lose in all of its chances. */
const mostMissed = 2;

/** A death at each point, in one life. Two lanes take one of two cores for a quarter of an hour: the other suites have the other. */
export async function surviveCrashPoints(): Promise<void> {
  const outcome = await runHarness(['--crash-points', '--once', '--lanes', '2']);
  const { points = 0, missed = points } = outcome;
  expect({ ...outcome, isReached: points > 250 && missed <= mostMissed }).toMatchObject({
    violations: 0,
    isReached: true,
  });
}
