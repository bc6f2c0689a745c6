import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Provider, Type } from '@nestjs/common';
import { loadEnv, type Env } from '#libs/config';
import { actionQueue, formatAttemptId, formatDirectiveId, type AttemptId, type PayloadClaim } from '#libs/contracts';
import { bullPrefix, queueOptions } from '#libs/queues';
import { openRedis, type Redis } from '#libs/redis';
import { Keys } from '#libs/state';
import { createLogger } from '#libs/telemetry';
import { startRedis, type TestRedis } from '#libs/testing';
import { Queue, QueueEvents, type Job } from 'bullmq';
import { ulid } from 'ulid';
import { startWorkerHost, type WorkerHost } from '../../apps/workers/src/host/start-worker-host.js';
import { TestActions } from './worker-host.controller.js';

const resultWaitMs = 20_000;

/** What a test wants to be different from a plain, unlimited attempt. */
export interface Order {
  input?: unknown;
  /** Another one for each attempt, if left out. */
  directiveId?: string;
  /** In place of the input. */
  inputClaim?: PayloadClaim;
  shard?: number;
  timeoutMs?: number;
  ttlMs?: number;
  maxCostUsd?: number;
  sentAt?: number;
  /** It is in flight, and its deadline is so far away by Redis' clock. */
  leftMs?: number;
}

export interface SentAttempt {
  id: AttemptId;
  job: Job;
  result: () => Promise<unknown>;
}

type Failure = Record<string, unknown>;

function dataOf(id: AttemptId, action: string, order: Order): object {
  const budget = { maxCostUsd: order.maxCostUsd ?? 0, maxTokens: 0 };
  return {
    schemaVersion: 1,
    __assignment: { agent_id: 'agent', version: '1', model: null, budget, ttl_ms: order.ttlMs ?? 60_000 },
    tenant: 'local',
    directiveId: id.directiveId,
    taskId: 'task',
    attempt: id.attempt,
    nonce: id.nonce,
    effectKey: 'key',
    action,
    input: order.input ?? null,
    ...(order.inputClaim && { inputClaim: order.inputClaim }),
    timeoutMs: order.timeoutMs ?? 30_000,
    traceparent: '',
  };
}

/** Worker hosts on a real Redis, and the part of the executor that sends attempts and sees what comes back. */
export class WorkerStage {
  private sent = 0;
  private readonly open: { close(): Promise<void> }[] = [];
  private readonly queues = new Map<string, { queue: Queue; events: QueueEvents }>();

  private constructor(
    readonly server: TestRedis,
    readonly redis: Redis,
    private readonly folder: string,
  ) {}

  static async set(): Promise<WorkerStage> {
    const server = await startRedis();
    const folder = await mkdtemp(join(tmpdir(), 'coc-host-'));
    return new WorkerStage(server, openRedis({ url: server.url }), folder);
  }

  async strike(): Promise<void> {
    await Promise.all(this.open.map((it) => it.close()));
    this.redis.disconnect();
    await this.server.stop();
    await rm(this.folder, { recursive: true, force: true });
  }

  env(settings: Record<string, string> = {}): Env {
    const ours = { REDIS_URL: this.server.url, COC_DATA_DIR: this.folder, COC_WORKER_LOCK_MS: '1000' };
    return loadEnv({ ...ours, ...settings });
  }

  async boot(
    settings: Record<string, string> = {},
    controllers: Type[] = [TestActions],
    providers: Provider[] = [],
  ): Promise<WorkerHost> {
    return startWorkerHost(this.env(settings), createLogger('test', 'silent'), controllers, providers);
  }

  queueOf(action: string, shard = 0): { queue: Queue; events: QueueEvents } {
    const name = actionQueue(action, shard);
    const known = this.queues.get(name);
    if (known) return known;
    const options = queueOptions(this.env().redis, shard);
    const queue = new Queue(name, { ...options, skipMetasUpdate: true });
    // From the start of the stream: "from now on" begins only when its first read arrives, maybe after the job is done.
    const made = { queue, events: new QueueEvents(name, { ...options, lastEventId: '0' }) };
    this.open.push(made.queue, made.events);
    this.queues.set(name, made);
    return made;
  }

  /** Sends one attempt as the executor does. */
  async send(action: string, order: Order = {}): Promise<SentAttempt> {
    const shard = order.shard ?? 0;
    const id = {
      directiveId: order.directiveId ?? formatDirectiveId(shard, ulid()),
      taskIndex: order.directiveId === undefined ? 0 : this.sent++,
      attempt: 1,
      nonce: 'nonce-of-8',
    };
    const { queue, events } = this.queueOf(action, shard);
    if (order.leftMs !== undefined) {
      const [seconds] = await this.redis.time();
      const deadline = Number(seconds) * 1_000 + order.leftMs;
      await this.redis.zadd(new Keys('coc').inflight(shard, queue.name), deadline, formatAttemptId(id));
    }
    const job = await queue.add(action, dataOf(id, action, order), {
      jobId: formatAttemptId(id),
      attempts: 1,
      timestamp: order.sentAt ?? Date.now(),
    });
    return { id, job, result: () => job.waitUntilFinished(events, resultWaitMs) as Promise<unknown> };
  }

  async outputOf(action: string, order: Order = {}): Promise<unknown> {
    return (await this.send(action, order)).result();
  }

  async failureOf(result: Promise<unknown>): Promise<Failure> {
    try {
      return { unexpected: await result };
    } catch (error) {
      return JSON.parse((error as Error).message) as Failure;
    }
  }

  async failOf(action: string, order: Order = {}): Promise<Failure> {
    return this.failureOf(this.outputOf(action, order));
  }

  /** A key of BullMQ's for this job, such as `lock` or `logs`. */
  keyOf(job: Job, part: string): string {
    return `${bullPrefix(this.env().redis, 0)}:${job.queueName}:${job.id}:${part}`;
  }
}
