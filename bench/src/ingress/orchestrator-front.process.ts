import 'reflect-metadata';
import { bootOrchestrator } from '#apps/orchestrator';
import { loadEnv } from '#libs/config';
import { ActionRecord } from '#libs/contracts';
import { openRedis } from '#libs/redis';
import { ActionCatalog, Keys } from '#libs/state';
import { createLogger } from '#libs/telemetry';
import { noopAction } from '../directives.js';
import { serveParent } from '../peer.js';

/** The orchestrator as it always is, with its one action published. */
const env = loadEnv();
const redis = openRedis(env.redis);
await redis.connect();
await new ActionCatalog(redis, new Keys(env.redis.keyPrefix)).publish(
  ActionRecord.parse({ name: noopAction, effect: 'keyed' }),
);
redis.disconnect();
const { url, ownerKey } = await bootOrchestrator(env, createLogger('orchestrator', env.logLevel));

serveParent({ target: async () => ({ url: `${url}/api/v1/directives`, authorization: `Bearer ${ownerKey}` }) });
