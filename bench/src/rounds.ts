import { cpuOf, type CpuTimes } from './cpu-time.js';
import type { Side } from './rig.js';
import { quantile } from './statistics.js';

const chains = 1_000;
const oneByOne = 100;
const width = 1_000;

/** What one side did in one round. */
export interface Round {
  chainTasksPerS: number;
  chainP50Ms: number;
  chainP99Ms: number;
  fanTasksPerS: number;
  /** Microseconds of processor time a task of a chain cost each process. */
  chainCpuMicros: CpuTimes | undefined;
}

const perSecond = (tasks: number, ms: number): number => tasks / (ms / 1_000);

async function measure({ driver, pids }: Side): Promise<Round> {
  const latencies = await driver.ask<number[]>('chainsOneByOne', oneByOne);
  const { result: chainsMs, micros } = await cpuOf(pids, async () => driver.ask<number>('chains', chains));
  const fanMs = await driver.ask<number>('fan', width);
  return {
    chainTasksPerS: perSecond(3 * chains, chainsMs),
    chainP50Ms: quantile(latencies, 0.5),
    chainP99Ms: quantile(latencies, 0.99),
    fanTasksPerS: perSecond(width + 1, fanMs),
    chainCpuMicros:
      micros && Object.fromEntries(Object.entries(micros).map(([name, all]) => [name, all / (3 * chains)])),
  };
}

export interface Rounds {
  ours: Round[];
  theirs: Round[];
}

/** Interleaved, each side first in every other round: a machine that grows slower or busier meets both. */
export async function runRounds(ours: Side, theirs: Side, count: number): Promise<Rounds> {
  const rounds: Rounds = { ours: [], theirs: [] };
  for (const { driver } of [theirs, ours, theirs, ours]) await driver.ask('chains', 200);
  for (const { driver } of [theirs, ours]) await driver.ask('fan', width);
  for (let round = 0; round < count; round += 1) {
    if (round % 2 === 0) rounds.theirs.push(await measure(theirs));
    rounds.ours.push(await measure(ours));
    if (round % 2 === 1) rounds.theirs.push(await measure(theirs));
  }
  return rounds;
}
