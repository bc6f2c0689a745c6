export { auditPlaces, parseAuditKey, type AuditPlaces, type AuditSettings } from './audit-settings.js';
export { loadAuditSettings, loadCliEnv, type CliEnv } from './cli-env.js';
export { EnvError, loadEnv, type Env, type ExecutorRole } from './env.js';
export { redisServerBinary } from './redis-server-binary.js';
