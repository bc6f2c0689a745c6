import 'reflect-metadata';
import { bootOrchestrator } from '#apps/orchestrator';
import { loadEnv } from '#libs/config';
import { ActionRecord, localPrincipal, type Principal, type SubmitDirective } from '#libs/contracts';
import { duplicateOf, openRedis } from '#libs/redis';
import { ActionCatalog, Keys } from '#libs/state';
import { createLogger } from '#libs/telemetry';
import { CompletionWatch } from './completion.watch.js';
import { chainOf3, fanAndJoin, layered, noopAction } from './directives.js';
import { serveParent } from './peer.js';
import { measureTenants } from './tenants.js';
import { timeAll, timeEach } from './timing.js';

/** The orchestrator as it always is; the bench submits through its ingress, without HTTP. */
const env = loadEnv();
const redis = openRedis(env.redis);
await redis.connect();
const keys = new Keys(env.redis.keyPrefix);
const action = ActionRecord.parse({ name: noopAction, effect: 'keyed', maxCostUsd: 0.0001, maxTokens: 10 });
await new ActionCatalog(redis, keys).publish(action);
const orchestrator = await bootOrchestrator(env, createLogger('orchestrator', env.logLevel));
const watch = new CompletionWatch(duplicateOf(redis), keys.shardEvents(0));
await watch.start();

/** Parsed as HTTP would parse it, once: the ingress takes it so. */
const chain = chainOf3();

async function accept(body: SubmitDirective, principal = localPrincipal): Promise<string> {
  const { id } = await orchestrator.ingress.submit({ body, principal });
  return id;
}

async function see(body: SubmitDirective, principal?: Principal): Promise<void> {
  await watch.final(await accept(body, principal));
}

interface DagTimes {
  acceptMs: number;
  finalMs: number;
}

/** Accepts the layered plan, lets `meanwhile` act on it, and waits for its end. */
async function seeDag(ttlMs: number | undefined, meanwhile: (id: string) => Promise<unknown>): Promise<DagTimes> {
  const body = layered(ttlMs === undefined ? {} : { ttlMs });
  const startedAt = performance.now();
  const id = await accept(body);
  const acceptMs = performance.now() - startedAt;
  await meanwhile(id);
  await watch.final(id);
  return { acceptMs, finalMs: performance.now() - startedAt };
}

serveParent({
  chains: async (count: number) => timeAll(count, async () => see(chain)),
  chainsOneByOne: async (count: number) => timeEach(count, async () => see(chain)),
  fan: async (width: number) => timeAll(1, async () => see(fanAndJoin(width))),
  runDag: async () => seeDag(undefined, async () => undefined),
  cancelDag: async (afterMs: number) =>
    seeDag(undefined, async (id) => {
      await new Promise((resolve) => setTimeout(resolve, afterMs));
      await orchestrator.ingress.cancel(localPrincipal, id);
    }),
  tenants: async () => measureTenants(see),
  expireDag: async (ttlMs: number) => seeDag(ttlMs, async () => undefined),
});
