import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import { startRedis, startSentinel, type TestRedis } from './redis-server.js';

/** A master and a replica, watched by three Sentinels. */
export interface TestSentinels {
  url: string;
  /** The first is the master at the start. */
  servers: TestRedis[];
  /** Port of the server that the Sentinels name as the master. */
  masterPort(): Promise<number>;
  /** Resolves with the new master's port. */
  untilMasterIsNot(port: number): Promise<number>;
  /** Has the Sentinels promote the replica; resolves with the new master's port. */
  promote(): Promise<number>;
  stop(): Promise<void>;
}

const masterName = 'coc-test';
const sentinelCount = 3;
const withinMs = 30_000;

function confOf(port: number): string {
  return [
    `sentinel monitor ${masterName} 127.0.0.1 ${port} 2`,
    `sentinel down-after-milliseconds ${masterName} 1000`,
    `sentinel failover-timeout ${masterName} 3000`,
    `sentinel parallel-syncs ${masterName} 1`,
  ].join('\n');
}

async function startWatching(folder: string, port: number): Promise<TestRedis[]> {
  return Promise.all(
    Array.from({ length: sentinelCount }, async (_, at) => {
      const file = join(folder, `sentinel-${at}.conf`);
      await writeFile(file, `${confOf(port)}\n`);
      return startSentinel(file);
    }),
  );
}

async function until<T>(what: string, look: () => Promise<T | undefined>): Promise<T> {
  const deadline = performance.now() + withinMs;
  for (;;) {
    const found = await look().catch(() => undefined);
    if (found !== undefined) return found;
    if (performance.now() > deadline) throw new Error(`never seen: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

/** They know each other and the replica: only then can they agree on a failover. */
async function untilReady(sentinel: Redis): Promise<void> {
  await until('Sentinels that know each other and the replica', async () => {
    const facts = (await sentinel.call('SENTINEL', 'MASTER', masterName)) as string[];
    const value = (name: string): string | undefined => facts[facts.indexOf(name) + 1];
    const isReady = value('num-other-sentinels') === String(sentinelCount - 1) && value('num-slaves') === '1';
    const [replica] = (await sentinel.call('SENTINEL', 'REPLICAS', masterName)) as string[][];
    const linkAt = replica?.indexOf('master-link-status') ?? -1;
    return isReady && replica?.[linkAt + 1] === 'ok' ? true : undefined;
  });
}

export async function startSentinels(): Promise<TestSentinels> {
  const folder = await mkdtemp(join(tmpdir(), 'coc-sentinels-'));
  const master = await startRedis();
  const replica = await startRedis({ args: ['--replicaof', `127.0.0.1 ${master.port}`] });
  const sentinels = await startWatching(folder, master.port);
  const asked = new Redis({ host: '127.0.0.1', port: sentinels[0]!.port });
  const masterPort = async (): Promise<number> => {
    const [, port] = (await asked.call('SENTINEL', 'GET-MASTER-ADDR-BY-NAME', masterName)) as [string, string];
    return Number(port);
  };
  const untilMasterIsNot = async (port: number): Promise<number> =>
    until('another master', async () => {
      const now = await masterPort();
      return now === port ? undefined : now;
    });
  await untilReady(asked);
  return {
    url: `redis-sentinel://${sentinels.map(({ port }) => `127.0.0.1:${port}`).join(',')}/${masterName}`,
    servers: [master, replica],
    masterPort,
    untilMasterIsNot,
    promote: async () => {
      await untilReady(asked);
      const before = await masterPort();
      await until('a failover that begins', async () => asked.call('SENTINEL', 'FAILOVER', masterName));
      return untilMasterIsNot(before);
    },
    stop: async () => {
      asked.disconnect();
      await Promise.all([...sentinels, replica, master].map(async (server) => server.stop()));
      await rm(folder, { recursive: true, force: true });
    },
  };
}
