import { BadWeather } from './bad-weather.fault.js';
import { CutClients } from './cut-clients.fault.js';
import { DeliverTwice } from './deliver-twice.fault.js';
import { DestroyQueue } from './destroy-queue.fault.js';
import { DropReplies } from './drop-replies.fault.js';
import type { Fault } from './fault.js';
import { FlushFunctions } from './flush-functions.fault.js';
import { KillProcesses, everyRole } from './kill-processes.fault.js';
import { PauseProcesses } from './pause-processes.fault.js';
import { PromoteReplica } from './promote-replica.fault.js';
import { RestartRedis } from './restart-redis.fault.js';
import { SkewClocks } from './skew-clocks.fault.js';
import { SqueezeMemory } from './squeeze-memory.fault.js';

/** A fault, and its part of a mixed run. */
export interface Offer {
  create(): Fault;
  /** Injections for every 40 kills. */
  times: number;
}

const longestPauseMs = 45_000;
const mixedPauseMs = 20_000;
const shortestSleepsMs = 3_000;

/** The faults of a mixed run, by the name that `--faults` takes. A new one is a line here and a file. */
export const everyFault: Readonly<Record<string, Offer>> = {
  kill: { create: () => new KillProcesses(everyRole), times: 40 },
  pause: { create: () => new PauseProcesses(mixedPauseMs), times: 10 },
  redis: { create: () => new RestartRedis('redis', [0, 3_000]), times: 3 },
  clients: { create: () => new CutClients(), times: 6 },
  functions: { create: () => new FlushFunctions(), times: 8 },
  memory: { create: () => new SqueezeMemory(), times: 3 },
  network: { create: () => new BadWeather([500, 6_000]), times: 16 },
  replies: { create: () => new DropReplies(), times: 60 },
  deliveries: { create: () => new DeliverTwice(), times: 20 },
  clocks: { create: () => new SkewClocks(), times: 12 },
  queues: { create: () => new DestroyQueue(), times: 6 },
};

/** Faults that no mix has unless it is asked for them by name. */
const furtherFaults: Readonly<Record<string, Offer>> = {
  'kill-executor': { create: () => new KillProcesses(['executor']), times: 10 },
  'pause-executor': { create: () => new PauseProcesses(shortestSleepsMs, ['executor'], 'pause-executor'), times: 10 },
  'kill-worker': { create: () => new KillProcesses(['worker']), times: 20 },
};

export const faultNames: readonly string[] = [...Object.keys(everyFault), ...Object.keys(furtherFaults)];

/** Throws a RangeError for a name that is none of `faultNames`. */
export function offerOf(name: string): Offer {
  const offer = everyFault[name] ?? furtherFaults[name];
  if (!offer) throw new RangeError(`there is no fault "${name}"`);
  return offer;
}

/** For the stages that are about one of them alone. */
export const longPauses = (): Fault => new PauseProcesses(longestPauseMs);
export const workerKills = (): Fault => new KillProcesses(['worker']);
export const longRestarts = (): Fault => new RestartRedis('redis', [0, 8_000]);
export const promotions = (): Fault => new PromoteReplica();
export const outageOf = (downMs: number): Fault => new RestartRedis('outage', [downMs, downMs]);
