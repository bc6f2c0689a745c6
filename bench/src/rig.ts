import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { actionQueue, shardRoot } from '#libs/contracts';
import { openRedis, type Redis } from '#libs/redis';
import { startRedis, type TestRedis } from '#libs/testing';
import { noopAction } from './directives.js';
import { Peer, environmentWith } from './peer.js';

const keyPrefix = 'coc';
const baseline = { prefix: 'bull', queue: 'baseline' };

/** One of the two that are compared: the process that submits, and every process that works for it. */
export interface Side {
  driver: Peer;
  pids: Record<string, number>;
}

/** Redis with AOF everysec; orchestrator, executor and worker; and the baseline's two processes: all started as they run for a user. */
export interface Rig {
  redis: Redis;
  /** What BullMQ's keys of the no-op action's queue begin with. */
  queueRoot: string;
  ours: Side;
  flowProducer: Side;
  stop(): Promise<void>;
}

function settings(server: TestRedis, dataDir: string): Record<string, string> {
  return {
    REDIS_URL: server.url,
    COC_KEY_PREFIX: keyPrefix,
    COC_SHARDS: '1',
    COC_PORT: '0',
    COC_DATA_DIR: dataDir,
    COC_LOG_LEVEL: 'error',
  };
}

function startExecutor(env: Record<string, string>, execArgv: string[]): ChildProcess {
  const main = join(import.meta.dirname, '..', '..', 'apps', 'executor', 'src', 'main.js');
  return spawn(process.execPath, [...execArgv, main], { env: environmentWith(env), stdio: 'inherit' });
}

async function endChild(child: ChildProcess): Promise<void> {
  const ended = new Promise((resolve) => child.once('exit', resolve));
  child.kill('SIGTERM');
  await ended;
}

export interface RigOptions {
  /** A folder for `--cpu-prof` files of orchestrator and executor. */
  profile?: string | undefined;
  /** How long the jobs of settled attempts stay, in ms; the product's default without it. */
  jobKeepMs?: number;
  /** Jobs that our worker takes at once, and how long each takes it. */
  work?: { concurrency: number; workMs: number };
}

export async function startRig({ profile, jobKeepMs, work }: RigOptions = {}): Promise<Rig> {
  const execArgv = profile === undefined ? [] : ['--cpu-prof', `--cpu-prof-dir=${profile}`];
  const server = await startRedis({ args: ['--appendfsync', 'everysec'] });
  const dataDir = await mkdtemp(join(tmpdir(), 'coc-bench-'));
  const env = {
    ...settings(server, dataDir),
    ...(jobKeepMs === undefined ? {} : { COC_JOB_KEEP_MS: String(jobKeepMs) }),
  };
  const redis = openRedis({ url: server.url });
  await redis.connect();
  await redis.config('SET', 'slowlog-log-slower-than', '1000', 'slowlog-max-len', '100000');
  const port = String(server.port);
  const orchestrator = await Peer.start('orchestrator.process.js', env, { execArgv });
  const executor = startExecutor(env, execArgv);
  const worker = async (prefix: string, queue: string, ...more: string[]): Promise<Peer> =>
    Peer.start('noop-worker.process.js', {}, { args: [port, prefix, queue, ...more] });
  const pace = work ? [String(work.concurrency), String(work.workMs)] : [];
  const ourWorker = await worker(shardRoot(keyPrefix, 0), actionQueue(noopAction, 0), ...pace);
  const theirWorker = await worker(baseline.prefix, baseline.queue);
  const flowProducer = await Peer.start(
    'flow-producer.process.js',
    {},
    { args: [port, baseline.prefix, baseline.queue] },
  );
  const stop = async (): Promise<void> => {
    await Promise.all([orchestrator, ourWorker, theirWorker, flowProducer].map(async (peer) => peer.stop()));
    await endChild(executor);
    redis.disconnect();
    await server.stop();
    await rm(dataDir, { recursive: true, force: true });
  };
  const redisPid = { redis: server.process.pid! };
  return {
    redis,
    queueRoot: `${shardRoot(keyPrefix, 0)}:${actionQueue(noopAction, 0)}`,
    ours: {
      driver: orchestrator,
      pids: { ...redisPid, orchestrator: orchestrator.pid, executor: executor.pid!, worker: ourWorker.pid },
    },
    flowProducer: {
      driver: flowProducer,
      pids: { ...redisPid, flowProducer: flowProducer.pid, worker: theirWorker.pid },
    },
    stop,
  };
}
