import { createHash } from 'node:crypto';
import { Redis } from 'ioredis';
import { startRedis, type TestRedis } from './redis-server.js';

/** Three masters that share the slots evenly. */
export interface TestCluster {
  url: string;
  nodes: TestRedis[];
  stop(): Promise<void>;
}

const slots = 16_384;
const masters = 3;
const joinWithinMs = 20_000;

async function joinNodes(nodes: readonly TestRedis[]): Promise<void> {
  const clients = nodes.map(({ port }) => new Redis({ host: '127.0.0.1', port }));
  try {
    const share = Math.ceil(slots / nodes.length);
    await Promise.all(
      clients.map(async (client, at) => {
        await client.cluster('ADDSLOTSRANGE', at * share, Math.min(slots, (at + 1) * share) - 1);
        await client.cluster('SET-CONFIG-EPOCH', at + 1);
      }),
    );
    for (const { port } of nodes.slice(1)) await clients[0]!.cluster('MEET', '127.0.0.1', port);
    await Promise.all(clients.map(untilWhole));
  } finally {
    for (const client of clients) client.disconnect();
  }
}

/** A cluster has no event for it: the nodes gossip about ten times a second. */
async function untilWhole(client: Redis): Promise<void> {
  const deadline = performance.now() + joinWithinMs;
  for (;;) {
    const info = await client.cluster('INFO');
    if (/cluster_state:ok/.test(info) && info.includes(`cluster_known_nodes:${masters}`)) return;
    if (performance.now() > deadline) throw new Error(`the cluster did not come together: ${info}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

export async function startCluster(): Promise<TestCluster> {
  // A node's name for its own state; the folder is its own, the name must only not be that of another in it.
  const file = createHash('sha1').update(String(process.pid)).digest('hex').slice(0, 8);
  const args = ['--cluster-enabled', 'yes', '--cluster-config-file', `${file}.conf`, '--cluster-node-timeout', '3000'];
  const nodes = await Promise.all(Array.from({ length: masters }, async () => startRedis({ args })));
  const stop = async (): Promise<void> => {
    await Promise.all(nodes.map(async (node) => node.stop()));
  };
  try {
    await joinNodes(nodes);
  } catch (error) {
    await stop();
    throw error;
  }
  return { url: `redis-cluster://${nodes.map(({ port }) => `127.0.0.1:${port}`).join(',')}`, nodes, stop };
}
