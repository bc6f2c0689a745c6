import { StartRefusal } from '#libs/contracts';
import { z } from 'zod';
import { artifactSettings, artifactVariables, problemsOfBucket } from './artifact-settings.js';
import { auditSettings, auditVariables } from './audit-settings.js';
import { identitySettings, identityVariables } from './identity-settings.js';
import {
  directiveVariables,
  executorVariables,
  processVariables,
  redisVariables,
  traceVariables,
  workerVariables,
} from './service-variables.js';
import { webhookSettings, webhookVariables } from './webhook-settings.js';

/** Every setting of every process, by environment variable. Times are milliseconds. */
export const EnvSchema = z
  .object({
    ...redisVariables,
    ...processVariables,
    ...directiveVariables,
    ...webhookVariables,
    ...executorVariables,
    ...workerVariables,
    ...traceVariables,
    ...auditVariables,
    ...artifactVariables,
    ...identityVariables,
  })
  .superRefine((raw, context) => {
    for (const [name, message] of problemsOfBucket(raw)) context.addIssue({ code: 'custom', path: [name], message });
  })
  .transform((raw) => ({
    redis: {
      url: raw.REDIS_URL,
      caFile: raw.COC_REDIS_CA_FILE,
      certFile: raw.COC_REDIS_CERT_FILE,
      keyFile: raw.COC_REDIS_KEY_FILE,
      keyPrefix: raw.COC_KEY_PREFIX,
      allowEviction: raw.COC_ALLOW_EVICTION,
      replicas: raw.COC_REDIS_REPLICAS,
    },
    shards: raw.COC_SHARDS,
    http: { host: raw.COC_HOST, port: raw.COC_PORT },
    identity: identitySettings(raw, raw.COC_DATA_DIR),
    stream: {
      heartbeatMs: raw.COC_STREAM_HEARTBEAT_MS,
      most: { ofAll: raw.COC_STREAMS, ofTenant: raw.COC_STREAMS_TENANT, ofActor: raw.COC_STREAMS_ACTOR },
    },
    dataDir: raw.COC_DATA_DIR,
    artifacts: artifactSettings(raw, raw.COC_DATA_DIR),
    worker: {
      actions: raw.COC_ACTIONS,
      concurrency: raw.COC_WORKER_CONCURRENCY,
      lockMs: raw.COC_WORKER_LOCK_MS,
      documentRoots: raw.COC_DOCUMENT_ROOTS,
    },
    agent: {
      mode: raw.COC_MODE,
      module: raw.COC_AGENT_MODULE || undefined,
      mock: { seed: raw.MOCK_SEED, failureRate: raw.MOCK_INJECT_FAILURE_RATE, latencyMs: raw.MOCK_LATENCY_MS },
    },
    executor: {
      queueWindow: raw.COC_QUEUE_WINDOW,
      eventRetentionMs: raw.COC_EVENT_RETENTION_MS,
      noWorkerAfterMs: raw.COC_NO_WORKER_AFTER_MS,
      jobKeepMs: raw.COC_JOB_KEEP_MS,
      retentionMs: raw.COC_DIRECTIVE_RETENTION_MS,
      role: raw.COC_ROLE,
      checkpoint: { everyMs: raw.COC_CHECKPOINT_INTERVAL_MS, everyTasks: raw.COC_CHECKPOINT_TASKS },
    },
    trace: { dir: raw.TRACE_DIR, maxBytes: raw.COC_TRACE_MAX_BYTES, keep: raw.COC_TRACE_KEEP },
    audit: auditSettings(raw),
    webhooks: webhookSettings(raw),
    directive: { defaultTtlMs: raw.COC_DEFAULT_TTL_MS },
    house: {
      models: raw.COC_MODELS ?? [],
      allowHighRisk: raw.LOCAL_ALLOW_HIGH,
      maxConcurrentDirectives: raw.MAX_CONCURRENT_DIRECTIVES,
      tenants: raw.COC_TENANTS,
    },
    shed: {
      memoryPercent: raw.COC_SHED_MEMORY_PERCENT,
      memoryBytes: raw.COC_SHED_MEMORY_BYTES,
      maxDepth: raw.COC_MAX_QUEUE_DEPTH,
      maxAgeMs: raw.COC_MAX_QUEUE_AGE_MS,
    },
    /** Without a port there is no health server. */
    health: { host: raw.COC_HOST, port: raw.COC_HEALTH_PORT },
    shutdownGraceMs: raw.COC_SHUTDOWN_GRACE_MS,
    logLevel: raw.COC_LOG_LEVEL,
  }));

export type Env = z.output<typeof EnvSchema>;

/** Names and reasons of the settings that are wrong; never their values, which may be secrets. */
export class EnvError extends StartRefusal {
  constructor(readonly problems: readonly string[]) {
    super(`settings are wrong: ${problems.join('; ')}`);
  }
}

type Variables = Record<string, string | undefined>;

/** Parses once, at the start of a process; `defaults` stand in for what is not set, or set to nothing. Throws EnvError. */
export function loadEnv(variables: Variables = process.env, defaults: Variables = {}): Env {
  const set = Object.entries(variables).filter(([, value]) => value !== '');
  const parsed = EnvSchema.safeParse({ ...defaults, ...Object.fromEntries(set) });
  if (parsed.success) return parsed.data;
  throw new EnvError(parsed.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`));
}
