import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startRedis } from '#libs/testing';
import { cpuOf, type CpuTimes } from '../cpu-time.js';
import { directiveOf } from '../directives.js';
import type { Target } from './http-load.process.js';
import { Peer } from '../peer.js';
import { printFigure } from '../print-figure.js';
import { quantile, rounded, spreadOf } from '../statistics.js';

const submits = 3_000;
const connections = 32;
const pacedPerSecond = 200;
const pacedSubmits = 1_000;

interface Front {
  name: 'ours' | 'bare';
  target: Target;
  pids: Record<string, number>;
}

interface IngressRound {
  submitsPerS: number;
  p50Ms: number;
  p99Ms: number;
  cpuMicros: CpuTimes | undefined;
}

const body = JSON.stringify(directiveOf(1));

async function measure(load: Peer, { target, pids }: Front): Promise<IngressRound> {
  const { result: ms, micros } = await cpuOf(pids, async () =>
    load.ask<number>('saturate', target, body, submits, connections),
  );
  const latencies = await load.ask<number[]>('pace', target, body, pacedSubmits, pacedPerSecond);
  return {
    submitsPerS: submits / (ms / 1_000),
    p50Ms: quantile(latencies, 0.5),
    p99Ms: quantile(latencies, 0.99),
    cpuMicros: micros && Object.fromEntries(Object.entries(micros).map(([name, all]) => [name, all / submits])),
  };
}

/** Interleaved, each front first in every other round. */
async function runRounds(
  load: Peer,
  fronts: readonly Front[],
  count: number,
): Promise<Record<Front['name'], IngressRound[]>> {
  const rounds: Record<Front['name'], IngressRound[]> = { ours: [], bare: [] };
  for (const { target } of fronts) await load.ask('saturate', target, body, submits, connections);
  for (let round = 0; round < count; round += 1) {
    const order = round % 2 === 0 ? fronts : fronts.toReversed();
    for (const front of order) rounds[front.name].push(await measure(load, front));
  }
  return rounds;
}

function printRounds({ ours, bare }: Record<Front['name'], IngressRound[]>): void {
  for (const [figure, of] of [
    ['ingress_throughput_ratio', 'submitsPerS'],
    ['ingress_p99_ratio', 'p99Ms'],
    ['ingress_p50_ratio', 'p50Ms'],
  ] as const) {
    const ratios = ours.map((round, at) => round[of] / bare[at]![of]);
    const { median, min, max } = spreadOf(ratios);
    const raw = { ours: ours.map((round) => rounded(round[of])), bare: bare.map((round) => rounded(round[of])) };
    printFigure(figure, median, { min: rounded(min), max: rounded(max), of, ...raw });
  }
  const micros = { ours: cpuByProcess(ours), bare: cpuByProcess(bare) };
  printFigure('ingress_cpu_ratio', micros.ours['front']! / micros.bare['front']!, { microsPerSubmit: micros });
}

/** Median over the rounds. */
function cpuByProcess(rounds: readonly IngressRound[]): CpuTimes {
  const of = (name: string): number => rounded(spreadOf(rounds.map((round) => round.cpuMicros?.[name] ?? 0)).median);
  return { front: of('front'), redis: of('redis') };
}

/**
 * Submits of one task a second over HTTP that one orchestrator process takes, by what a bare Fastify with a BullMQ `add` takes; and their
 * latency at 200 a second. Nothing runs what is submitted.
 */
export async function measureIngress(count: number, profile: string | undefined): Promise<void> {
  const server = await startRedis({ args: ['--appendfsync', 'everysec'] });
  const dataDir = await mkdtemp(join(tmpdir(), 'coc-bench-'));
  const env = { REDIS_URL: server.url, COC_SHARDS: '1', COC_PORT: '0', COC_DATA_DIR: dataDir, COC_LOG_LEVEL: 'error' };
  const execArgv = profile === undefined ? [] : ['--cpu-prof', `--cpu-prof-dir=${profile}`];
  const ours = await Peer.start('ingress/orchestrator-front.process.js', env, { execArgv });
  const bare = await Peer.start('ingress/bare-front.process.js', {}, { args: [String(server.port)] });
  const load = await Peer.start('ingress/http-load.process.js', {});
  const front = async (name: Front['name'], peer: Peer): Promise<Front> => ({
    name,
    target: await peer.ask<Target>('target'),
    pids: { front: peer.pid, redis: server.process.pid! },
  });
  try {
    printRounds(await runRounds(load, [await front('ours', ours), await front('bare', bare)], count));
  } finally {
    await Promise.all([ours, bare, load].map(async (peer) => peer.stop()));
    await server.stop();
    await rm(dataDir, { recursive: true, force: true });
  }
}
