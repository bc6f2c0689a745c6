import type { Env } from '#libs/config';
import { DeliveryReceiver, type QueueSender } from '#libs/queues';
import { openBlockingRedis, type Watched } from '#libs/redis';
import {
  HookLog,
  HookMarks,
  HookRegister,
  HookStates,
  RecorderLease,
  ShardEvents,
  type DirectiveReader,
  type Installation,
} from '#libs/state';
import type { Logger } from '#libs/telemetry';
import { DeliveryService } from './delivery.service.js';
import { HookAddress } from './hook-address.js';
import { HookDesk } from './hook.desk.js';
import { HookFiler } from './hook.filer.js';
import { HookReader } from './hook.reader.js';

interface HookSources {
  env: Env;
  logger: Logger;
  sender: QueueSender;
  reader: DirectiveReader;
}

/** What runs for webhooks as long as the orchestrator does. */
export interface RunningHooks {
  watched: readonly Watched[];
  close(): Promise<void>;
}

export interface Hooks {
  desk: HookDesk;
  start(): RunningHooks;
}

/** Something up to a fifth more or less, so that what failed together does not come again together. */
function spread(ms: number): number {
  return Math.round(ms * (0.8 + 0.4 * Math.random()));
}

export function openHooks(installation: Installation, { env, logger, sender, reader }: HookSources): Hooks {
  const { redis, keys, servedShards: shards } = installation;
  const { retriesMs, timeoutMs, disableAfterMs, maxWaiting, allowPrivate } = env.webhooks;
  const states = new HookStates(redis, keys);
  const register = new HookRegister(redis, keys, states);
  const log = new HookLog(redis, keys);
  const address = new HookAddress(allowPrivate);
  const tries = retriesMs.length + 1;
  const service = new DeliveryService({ register, states, log, reader, address, timeoutMs, disableAfterMs, logger });
  const start = (): RunningHooks => {
    const events = new ShardEvents(redis, keys);
    const hookReader = new HookReader({
      redis,
      blocking: openBlockingRedis(env.redis),
      keys,
      shards,
      events,
      marks: new HookMarks(redis, keys, events),
      lease: new RecorderLease(redis, keys, keys.hookReader()),
      filer: new HookFiler({ register, log, sender, tries, maxWaiting }),
      logger,
    });
    const receiver = new DeliveryReceiver({
      address: env.redis,
      redis,
      graceMs: env.shutdownGraceMs,
      delayMs: (number) => spread(retriesMs[number - 1] ?? 0),
      deliver: async (message, turn) => service.deliver(message, turn),
    });
    hookReader.start();
    return {
      watched: [hookReader, ...receiver.watched],
      close: async () => {
        await Promise.all([hookReader.stop(), receiver.close()]);
      },
    };
  };
  return { desk: new HookDesk({ register, log, address, sender, tries, maxWaiting }), start };
}
