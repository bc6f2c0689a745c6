import { RedisUrlError, StartRefusal, parseRedisUrl } from '#libs/contracts';
import { z } from 'zod';
import { tenantRules } from './tenant-rules.js';
import { artifactSettings, artifactVariables, problemsOfBucket } from './artifact-settings.js';
import { auditSettings, auditVariables } from './audit-settings.js';

const csv = z
  .string()
  .default('')
  .transform((text) =>
    text
      .split(',')
      .map((part) => part.trim())
      .filter((part) => part !== ''),
  );

const flag = z
  .enum(['0', '1', 'true', 'false', ''])
  .default('')
  .transform((text) => text === '1' || text === 'true');

const redisUrl = z
  .string()
  .default('redis://127.0.0.1:6379')
  .superRefine((url, context) => {
    try {
      parseRedisUrl(url);
    } catch (error) {
      if (!(error instanceof RedisUrlError)) throw error;
      context.addIssue({ code: 'custom', message: error.message });
    }
  });

const whole = (fallback: number, min: number, max: number) =>
  z.coerce.number().int().min(min).max(max).default(fallback);

/** What an executor does: everything, or only the sweeps that repair, or only those that remove what is over. */
const executorRoles = ['all', 'reclaimer', 'retention'] as const;
export type ExecutorRole = (typeof executorRoles)[number];

/** Every setting of every process, by environment variable. Times are milliseconds. */
export const EnvSchema = z
  .object({
    REDIS_URL: redisUrl,
    COC_REDIS_REPLICAS: whole(0, 0, 10),
    COC_REDIS_CA_FILE: z.string().default(''),
    COC_REDIS_CERT_FILE: z.string().default(''),
    COC_REDIS_KEY_FILE: z.string().default(''),
    COC_KEY_PREFIX: z
      .string()
      .regex(/^[A-Za-z0-9_-]{1,40}$/)
      .default('coc'),
    COC_SHARDS: whole(1, 1, 1_024),
    COC_HOST: z.string().default('127.0.0.1'),
    COC_PORT: whole(4270, 0, 65_535),
    COC_DATA_DIR: z.string().min(1).default('.coc'),
    COC_ACTIONS: csv,
    COC_MODE: z.enum(['mock', 'real']).default('mock'),
    COC_AGENT_MODULE: z.string().default(''),
    MOCK_SEED: z.coerce.number().int().default(42),
    MOCK_INJECT_FAILURE_RATE: z.coerce.number().min(0).max(1).default(0),
    MOCK_LATENCY_MS: whole(0, 0, 3_600_000),
    COC_WORKER_CONCURRENCY: whole(20, 1, 10_000),
    COC_WORKER_LOCK_MS: whole(9_000, 1_000, 600_000),
    COC_QUEUE_WINDOW: whole(1_024, 1, 100_000),
    COC_JOB_KEEP_MS: whole(60_000, 1_000, 7 * 24 * 3_600_000),
    COC_DIRECTIVE_RETENTION_MS: whole(7 * 24 * 3_600_000, 0, 10 * 365 * 24 * 3_600_000),
    COC_ROLE: z.enum(executorRoles).default('all'),
    COC_MODELS: csv,
    LOCAL_ALLOW_HIGH: flag,
    MAX_CONCURRENT_DIRECTIVES: whole(0, 0, 1_000_000),
    COC_TENANTS: tenantRules,
    COC_DEFAULT_TTL_MS: whole(24 * 3_600_000, 1_000, 30 * 24 * 3_600_000),
    COC_EVENT_RETENTION_MS: whole(24 * 3_600_000, 1_000, 365 * 24 * 3_600_000),
    TRACE_DIR: z.string().min(1).default('out/traces'),
    COC_TRACE_MAX_BYTES: whole(64 * 1_024 * 1_024, 1_024, 1_024 ** 3),
    COC_TRACE_KEEP: whole(10, 0, 100_000),
    ...auditVariables,
    ...artifactVariables,
    COC_STREAM_HEARTBEAT_MS: whole(15_000, 10, 30_000),
    COC_SHED_MEMORY_PERCENT: whole(70, 0, 100),
    COC_SHED_MEMORY_BYTES: whole(0, 0, Number.MAX_SAFE_INTEGER),
    COC_MAX_QUEUE_DEPTH: whole(100_000, 0, 1_000_000_000),
    COC_MAX_QUEUE_AGE_MS: whole(0, 0, 30 * 24 * 3_600_000),
    COC_HEALTH_PORT: z.coerce.number().int().min(0).max(65_535).optional(),
    COC_SHUTDOWN_GRACE_MS: whole(10_000, 0, 600_000),
    COC_ALLOW_EVICTION: flag,
    COC_LOG_LEVEL: z.enum(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent']).default('info'),
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
    stream: { heartbeatMs: raw.COC_STREAM_HEARTBEAT_MS },
    dataDir: raw.COC_DATA_DIR,
    artifacts: artifactSettings(raw, raw.COC_DATA_DIR),
    worker: { actions: raw.COC_ACTIONS, concurrency: raw.COC_WORKER_CONCURRENCY, lockMs: raw.COC_WORKER_LOCK_MS },
    agent: {
      mode: raw.COC_MODE,
      module: raw.COC_AGENT_MODULE || undefined,
      mock: { seed: raw.MOCK_SEED, failureRate: raw.MOCK_INJECT_FAILURE_RATE, latencyMs: raw.MOCK_LATENCY_MS },
    },
    executor: {
      queueWindow: raw.COC_QUEUE_WINDOW,
      eventRetentionMs: raw.COC_EVENT_RETENTION_MS,
      jobKeepMs: raw.COC_JOB_KEEP_MS,
      retentionMs: raw.COC_DIRECTIVE_RETENTION_MS,
      role: raw.COC_ROLE,
    },
    trace: { dir: raw.TRACE_DIR, maxBytes: raw.COC_TRACE_MAX_BYTES, keep: raw.COC_TRACE_KEEP },
    audit: auditSettings(raw),
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
