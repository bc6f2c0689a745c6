export { auditPlaces, parseAuditKey, type AuditPlaces, type AuditSettings } from './audit-settings.js';
export { loadAuditSettings, loadCliEnv, type CliEnv } from './cli-env.js';
export { EnvError, loadEnv, type Env } from './env.js';
export { isLoopback, ownerKeyFile, type IdentitySettings } from './identity-settings.js';
export { listSettings, type Setting, type SettingGroup } from './list-settings.js';
export { redisServerBinary } from './redis-server-binary.js';
export { type ExecutorRole } from './service-variables.js';
export { type WebhookSettings } from './webhook-settings.js';
