export { loadCliEnv, type CliEnv } from './cli-env.js';
export { EnvError, loadEnv, type Env } from './env.js';
export { redisServerBinary } from './redis-server-binary.js';
