export type { RedisSettings } from './connection-options.js';
export { openFitRedis, type FitRedis } from './fit-redis.js';
export {
  bullConnection,
  duplicateOf,
  isCluster,
  mastersOf,
  openBlockingRedis,
  openRedis,
  type Redis,
} from './open-redis.js';
export { faultOf, type FaultKind } from './redis-fault.js';
export { Watchdog, answersFor, type Watched } from './watchdog.js';
export { runPipeline, type KeyedCommand } from './run-pipeline.js';
