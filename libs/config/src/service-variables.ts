import { RedisUrlError, parseRedisUrl } from '#libs/contracts';
import { z } from 'zod';
import { tenantRules } from './tenant-rules.js';

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

const path = z.string().default('');

/** What an executor does: everything, or only the sweeps that repair, or only those that remove what is over. */
const executorRoles = ['all', 'reclaimer', 'retention'] as const;
export type ExecutorRole = (typeof executorRoles)[number];

export const redisVariables = {
  REDIS_URL: redisUrl.describe(
    'The Redis of the installation: one server, a cluster or a master under Sentinels (docs/reliability.md, Connections).',
  ),
  COC_REDIS_REPLICAS: whole(0, 0, 10).describe(
    'How many replicas must have a change before it is answered; Redis is one master with replicas, or Sentinels.',
  ),
  COC_REDIS_CA_FILE: path.describe('With rediss://: the certificate of the authority that signed that of Redis.'),
  COC_REDIS_CERT_FILE: path.describe('With rediss://: our own certificate, where Redis asks for one.'),
  COC_REDIS_KEY_FILE: path.describe('With rediss://: the key of our own certificate.'),
  COC_KEY_PREFIX: z
    .string()
    .regex(/^[A-Za-z0-9_-]{1,40}$/)
    .default('coc')
    .describe('Start of every key of the installation, so that several can share a Redis.'),
  COC_SHARDS: whole(1, 1, 1_024).describe(
    'Over how many shards new directives are spread; every shard that was ever used is still served.',
  ),
  COC_ALLOW_EVICTION: flag.describe(
    'Start although the maxmemory-policy of Redis is not noeviction: it may then drop records.',
  ),
};

export const processVariables = {
  COC_HOST: z
    .string()
    .default('127.0.0.1')
    .describe('Address that the API listens on, and the health port of the other services.'),
  COC_PORT: whole(4270, 0, 65_535).describe('Port of the API; 0 takes a free one.'),
  COC_HEALTH_PORT: z.coerce
    .number()
    .int()
    .min(0)
    .max(65_535)
    .optional()
    .describe('Port where executor, workers and recorder answer /health/live and /health/ready; not set, they do not.'),
  COC_STREAM_HEARTBEAT_MS: whole(15_000, 10, 30_000).describe('How often an event stream without events says so.'),
  COC_STREAMS: whole(5_000, 1, 1_000_000).describe('Event streams that one orchestrator keeps open; each takes 56 KB.'),
  COC_STREAMS_TENANT: whole(2_000, 1, 1_000_000).describe(
    'Event streams of one tenant that one orchestrator keeps open.',
  ),
  COC_STREAMS_ACTOR: whole(1_000, 1, 1_000_000).describe(
    'Event streams of one key or token subject that one orchestrator keeps open.',
  ),
  COC_SHUTDOWN_GRACE_MS: whole(10_000, 0, 600_000).describe(
    'How long what is under way may go on after the order to stop.',
  ),
  COC_LOG_LEVEL: z
    .enum(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'])
    .default('info')
    .describe('The least that is logged.'),
  COC_DATA_DIR: z
    .string()
    .min(1)
    .default('.coc')
    .describe('Folder of artifacts and seals; all processes of an installation must share it.'),
};

export const directiveVariables = {
  COC_DEFAULT_TTL_MS: whole(24 * 3_600_000, 1_000, 30 * 24 * 3_600_000).describe('TTL of a directive that names none.'),
  COC_MODELS: csv.describe('The only models that tasks may use, with commas in between; empty allows all.'),
  LOCAL_ALLOW_HIGH: flag.describe(
    'The approval policy auto asks a human only where a task requests it, not for its risk; `npm start` sets it.',
  ),
  MAX_CONCURRENT_DIRECTIVES: whole(0, 0, 1_000_000).describe(
    'How many directives of a tenant may be at work; the others wait. 0 is no limit.',
  ),
  COC_TENANTS: tenantRules.describe(
    'Rules by tenant as a JSON object, `*` for each that is not named (docs/limits.md).',
  ),
  COC_SHED_MEMORY_PERCENT: whole(70, 0, 100).describe(
    'From this share of its maxmemory on that Redis uses, nothing new is accepted. 0 is off.',
  ),
  COC_SHED_MEMORY_BYTES: whole(0, 0, Number.MAX_SAFE_INTEGER).describe(
    'From so many bytes on that Redis uses, nothing new is accepted. 0 is off.',
  ),
  COC_MAX_QUEUE_DEPTH: whole(100_000, 0, 1_000_000_000).describe(
    'From so many tasks in a queue on, nothing new is accepted for it. 0 is off.',
  ),
  COC_MAX_QUEUE_AGE_MS: whole(0, 0, 30 * 24 * 3_600_000).describe(
    'When the oldest of a queue has waited so long, nothing new is accepted for it. 0 is off.',
  ),
};

export const executorVariables = {
  COC_ROLE: z
    .enum(executorRoles)
    .default('all')
    .describe('What this executor does: all, or only the repairs and timers, or only what removes what is over.'),
  COC_QUEUE_WINDOW: whole(1_024, 1, 100_000).describe('The most attempts a queue may have in flight.'),
  COC_NO_WORKER_AFTER_MS: whole(10_000, 500, 24 * 3_600_000).describe(
    'For how long no worker takes any of the waiting jobs of a queue until the directives that wait there are DEGRADED.',
  ),
  COC_JOB_KEEP_MS: whole(60_000, 1_000, 7 * 24 * 3_600_000).describe('How long a finished job is kept.'),
  COC_DIRECTIVE_RETENTION_MS: whole(7 * 24 * 3_600_000, 0, 10 * 365 * 24 * 3_600_000).describe(
    'How long a directive is kept after it came to rest.',
  ),
  COC_CHECKPOINT_INTERVAL_MS: whole(60_000, 0, 7 * 24 * 3_600_000).describe(
    'How often a checkpoint is made of a directive in which tasks succeed. 0 is never.',
  ),
  COC_CHECKPOINT_TASKS: whole(1_000, 0, 1_000_000).describe(
    'After how many more ended tasks a checkpoint is made of a directive. 0 is never.',
  ),
  COC_EVENT_RETENTION_MS: whole(24 * 3_600_000, 1_000, 365 * 24 * 3_600_000).describe(
    "How long pointers to events are kept in the shards' streams, for who streams or records them later.",
  ),
};

export const workerVariables = {
  COC_ACTIONS: csv.describe('The actions that these workers serve, with commas in between; empty serves all.'),
  COC_WORKER_CONCURRENCY: whole(20, 1, 10_000).describe('How many attempts a worker runs at once, of each queue.'),
  COC_WORKER_LOCK_MS: whole(9_000, 1_000, 600_000).describe(
    'How long the lock of a job lives that its worker does not renew: a lost worker is found after that.',
  ),
  COC_DOCUMENT_ROOTS: csv.describe(
    'Folders that the actions about documents may read, with commas in between; empty: none. `npm start` opens all but COC_DATA_DIR, unless COC_AUTH=keys.',
  ),
  COC_MODE: z
    .enum(['mock', 'real'])
    .default('mock')
    .describe('Who answers agent.worker: a deterministic mock, or the module of COC_AGENT_MODULE.'),
  COC_AGENT_MODULE: path.describe('Path of the module that answers agent.worker in the mode real.'),
  MOCK_SEED: z.coerce.number().int().default(42).describe('Another seed makes other texts and other failures.'),
  MOCK_INJECT_FAILURE_RATE: z.coerce
    .number()
    .min(0)
    .max(1)
    .default(0)
    .describe('Share of attempts that the mock fails.'),
  MOCK_LATENCY_MS: whole(0, 0, 3_600_000).describe('How long each answer of the mock takes.'),
};

export const traceVariables = {
  TRACE_DIR: z.string().min(1).default('out/traces').describe('Folder of the trace file events.jsonl.'),
  COC_TRACE_MAX_BYTES: whole(64 * 1_024 * 1_024, 1_024, 1_024 ** 3).describe(
    'Size at which a trace file is full and a new one begins.',
  ),
  COC_TRACE_KEEP: whole(10, 0, 100_000).describe('How many full trace files are kept.'),
};
