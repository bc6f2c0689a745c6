import { formatTaskIndex, type AttemptId, type Backoff, type Effect, type Json } from '#libs/contracts';
import type { Redis } from '#libs/redis';
import type { Keys } from '../keys.js';
import { readField, type ClaimedFields } from '../payloads/claimed-fields.js';
import type { PayloadStore } from '../payloads/payload-store.js';
import { parseSpec, type SpecRecord } from '../plan/plan-encoding.js';

/** What the law asks of an attempt that went wrong. `isCurrent` false: the fence is dead, nothing is to be decided. */
export interface AttemptFacts {
  isCurrent: boolean;
  started: boolean;
  effect: Effect;
  maxRetries: number;
  retryDelayMs: number;
  backoff: Backoff;
  maxRetryDelayMs: number;
  ttlAtMs: number;
  /** When the task entered its present state. */
  sinceMs: number;
  spec: SpecRecord;
  /** A human let it go. */
  isApproved: boolean;
}

interface TaskRecord {
  state: string;
  attempt?: number;
  nonce?: string;
  since?: number;
  approved?: boolean;
}

/** Reads about single tasks for the executor; everything of one task in one round trip. */
export class TaskFacts {
  constructor(
    private readonly redis: Redis,
    private readonly keys: Keys,
    private readonly payloads: PayloadStore,
  ) {}

  async ofAttempt(attempt: AttemptId): Promise<AttemptFacts | undefined> {
    const index = formatTaskIndex(attempt.taskIndex);
    const [state, [control, spec], ttlAt] = await Promise.all([
      this.redis.hget(this.keys.tasks(attempt.directiveId), index),
      this.redis.hmget(this.keys.plan(attempt.directiveId), index, `${index}:spec`),
      this.redis.hget(this.keys.directive(attempt.directiveId), 'ttlAt'),
    ]);
    if (state === null || !control || !spec) return undefined;
    const task = JSON.parse(state) as TaskRecord;
    const record = parseSpec(control, spec);
    return {
      isCurrent: isInFlight(task) && task.attempt === attempt.attempt && task.nonce === attempt.nonce,
      started: task.state === 'running',
      effect: record.effect,
      maxRetries: record.maxRetries,
      retryDelayMs: record.retryDelayMs,
      backoff: record.backoff,
      maxRetryDelayMs: record.maxRetryDelayMs,
      ttlAtMs: Number(ttlAt),
      sinceMs: task.since ?? 0,
      spec: record,
      isApproved: task.approved === true,
    };
  }

  /** When the task began to wait for a human, in epoch ms; undefined when it does not. */
  async heldSince(directiveId: string, index: string): Promise<number | undefined> {
    const text = await this.redis.hget(this.keys.tasks(directiveId), index);
    const task = text === null ? undefined : (JSON.parse(text) as TaskRecord);
    return task?.state === 'held' ? task.since : undefined;
  }

  /** Control and spec text of a stored task, for its fan-out. */
  async stored(
    directiveId: string,
    index: string,
  ): Promise<{ control: string; spec: string; staged: number; first: number | null } | undefined> {
    const [[control, spec], state] = await Promise.all([
      this.redis.hmget(this.keys.plan(directiveId), index, `${index}:spec`),
      this.redis.hget(this.keys.tasks(directiveId), index),
    ]);
    if (!control || !spec) return undefined;
    const task = state === null ? {} : (JSON.parse(state) as { staged?: number; first?: number });
    return { control, spec, staged: task.staged ?? 0, first: task.first ?? null };
  }

  /** What a message about the directive carries besides its id. */
  async origin(directiveId: string): Promise<{ tenant: string; traceparent: string }> {
    const [tenant, traceparent] = await this.redis.hmget(this.keys.directive(directiveId), 'tenant', 'traceparent');
    return { tenant: tenant ?? '', traceparent: traceparent ?? '' };
  }

  /** The directive's own input, which `$input` refers to. */
  async directiveInput(directiveId: string): Promise<Json | undefined> {
    const [request, decided] = await this.redis.hmget(this.keys.directive(directiveId), 'request', 'decided');
    const text = decided ?? request;
    if (!text) return undefined;
    return readField(JSON.parse(text) as ClaimedFields, 'input', async (claim) =>
      this.payloads.load(directiveId, claim),
    );
  }
}

function isInFlight(task: TaskRecord): boolean {
  return task.state === 'dispatched' || task.state === 'running';
}
