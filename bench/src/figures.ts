import type { Redis } from '#libs/redis';
import type { Rig } from './rig.js';
import { printFigure } from './print-figure.js';
import { runRounds, type Round } from './rounds.js';
import type { SlowScripts } from './slow-scripts.js';
import { rounded, spreadOf } from './statistics.js';
import type { TenantTimes } from './tenants.js';

function roundedAll(values: readonly number[]): number[] {
  return values.map(rounded);
}

function printRatio(
  figure: string,
  of: Exclude<keyof Round, 'chainCpuMicros'>,
  ours: readonly Round[],
  theirs: readonly Round[],
): void {
  const ratios = ours.map((round, at) => round[of] / theirs[at]![of]);
  const { median, min, max } = spreadOf(ratios);
  const raw = {
    ours: roundedAll(ours.map((round) => round[of])),
    flowProducer: roundedAll(theirs.map((round) => round[of])),
  };
  printFigure(figure, median, { min: rounded(min), max: rounded(max), ratios: roundedAll(ratios), of, ...raw });
}

/** Median over the rounds, by process. */
function cpuByProcess(rounds: readonly Round[]): Record<string, number> {
  const names = Object.keys(rounds[0]!.chainCpuMicros ?? {});
  return Object.fromEntries(
    names.map((name) => [name, rounded(spreadOf(rounds.map((round) => round.chainCpuMicros![name]!)).median)]),
  );
}

const sum = (values: Record<string, number>): number => Object.values(values).reduce((all, value) => all + value, 0);

/** Processor time a task: says where the time goes also on a machine that others use at the same time. */
function printCpu(ours: readonly Round[], theirs: readonly Round[]): void {
  if (!ours[0]!.chainCpuMicros) return;
  const [mine, peer] = [cpuByProcess(ours), cpuByProcess(theirs)];
  printFigure('chain_cpu_ratio', sum(mine) / sum(peer), { microsPerTask: { ours: mine, flowProducer: peer } });
}

/** Chain and fan against FlowProducer: the median of the ratios of the rounds. */
export async function measureRatios(rig: Rig, count: number): Promise<void> {
  const { ours, theirs } = await runRounds(rig.ours, rig.flowProducer, count);
  printRatio('chain_throughput_ratio', 'chainTasksPerS', ours, theirs);
  printCpu(ours, theirs);
  printRatio('chain_p50_ratio', 'chainP50Ms', ours, theirs);
  printRatio('chain_p99_ratio', 'chainP99Ms', ours, theirs);
  printRatio('fan_throughput_ratio', 'fanTasksPerS', ours, theirs);
}

interface DagTimes {
  acceptMs: number;
  finalMs: number;
}

/** The layered plan run to its end, cancelled under way, and expired under way. */
export async function measureDag({ ours: { driver } }: Rig): Promise<void> {
  const run = await driver.ask<DagTimes>('runDag');
  const cancelled = await driver.ask<DagTimes>('cancelDag', 1_000);
  const expired = await driver.ask<DagTimes>('expireDag', 2_500);
  const times = { run, cancelled, expired };
  printFigure('dag10k_tasks_per_s', 10_000 / ((run.finalMs - run.acceptMs) / 1_000), {
    tasks: 10_000,
    edges: 50_000,
    ...times,
  });
}

/** 20 tenants, one of which floods: p99 of the others against theirs when they are alone. Workers are what is scarce. */
export async function measureNoisyTenant({ ours: { driver } }: Rig): Promise<void> {
  const times = await driver.ask<TenantTimes>('tenants');
  printFigure('noisy_tenant_p99_ratio', times.floodedP99Ms / times.idleP99Ms, { ...times });
}

const usedMemory = async (redis: Redis): Promise<number> =>
  Number(/used_memory:(\d+)/.exec(await redis.info('memory'))![1]);

/** Until the executor has swept the jobs of all settled attempts. */
async function jobsAreSwept(redis: Redis, queueRoot: string): Promise<void> {
  while ((await redis.zcard(`${queueRoot}:completed`)) > 0) await new Promise((resolve) => setTimeout(resolve, 250));
}

interface Memory {
  withJobs: number;
  swept: number;
}

/** Slope of `used_memory` between 5,000 and 10,000 finished chains, once their jobs were swept; and before that, with every job still there. */
export async function measureMemory({ ours: { driver }, redis, queueRoot }: Rig): Promise<void> {
  const usedAfter = async (directives: number): Promise<Memory> => {
    for (let done = 0; done < directives; done += 1_000) await driver.ask('chains', 1_000);
    const withJobs = await usedMemory(redis);
    await jobsAreSwept(redis, queueRoot);
    return { withJobs, swept: await usedMemory(redis) };
  };
  const [at5k, at10k] = [await usedAfter(5_000), await usedAfter(5_000)];
  const slope = (at10k.swept - at5k.swept) / 5_000;
  const beforeSweep = rounded((at10k.withJobs - at5k.swept) / 5_000);
  printFigure('redis_bytes_per_directive', slope, {
    beforeSweep,
    usedMemoryAt5000: at5k.swept,
    usedMemoryAt10000: at10k.swept,
  });
}

/** The slowest of our scripts in the whole run, by Redis' own SLOWLOG (1 ms and more). */
export function measureScripts(slow: SlowScripts): void {
  const scripts = slow.slowest();
  printFigure('script_max_ms', scripts[0]?.maxMs ?? 1, { over1Ms: scripts });
}
