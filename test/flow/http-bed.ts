import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ulid } from 'ulid';
import { bootOrchestrator, type RunningOrchestrator } from '#apps/orchestrator';
import { loadEnv } from '#libs/config';
import {
  ActionRecord,
  Problem,
  formatDirectiveId,
  formatTaskIndex,
  type ActionDraft,
  type Json,
  type TaskState,
} from '#libs/contracts';
import { openRedis, type Redis } from '#libs/redis';
import { ActionCatalog, Keys, openArtifactStore, parseCounts, type ArtifactStore } from '#libs/state';
import { createLogger } from '#libs/telemetry';
import { startRedis, type TestRedis } from '#libs/testing';
import { assertDescribed } from './described-answers.js';
import { formatCounts, splitCounts } from './seeded-counts.js';

export const shards = 2;

export interface HttpAnswer {
  status: number;
  headers: Headers;
  text: string;
  json: Json;
}

/** Fields of the record that differ from a running directive of the local tenant. */
export type SeededDirective = { tenant?: string; createdAt?: number } & Record<string, string | number>;

export interface SeededTask {
  id: string;
  control?: Record<string, Json>;
  spec?: Record<string, Json>;
  state?: { state: TaskState } & Record<string, Json>;
  pending?: number;
  output?: Json;
}

/** The orchestrator over real HTTP on a Redis of its own, without an executor: states are written as docs/redis-keys.md says. */
export class HttpBed {
  readonly keys = new Keys('coc');
  readonly catalog: ActionCatalog;

  private constructor(
    readonly server: TestRedis,
    readonly redis: Redis,
    readonly app: RunningOrchestrator,
    readonly artifacts: ArtifactStore,
    private readonly folder: string,
  ) {
    this.catalog = new ActionCatalog(redis, this.keys);
  }

  static async open(): Promise<HttpBed> {
    const server = await startRedis();
    const folder = await mkdtemp(join(tmpdir(), 'coc-http-'));
    const settings = { REDIS_URL: server.url, COC_PORT: '0', COC_DATA_DIR: folder, COC_SHARDS: String(shards) };
    const env = loadEnv({ ...settings, COC_LOG_LEVEL: 'silent' });
    const app = await bootOrchestrator(env, createLogger('orchestrator', env.logLevel));
    return new HttpBed(server, openRedis({ url: server.url }), app, openArtifactStore(env.artifacts), folder);
  }

  async close(): Promise<void> {
    await this.app.close();
    this.redis.disconnect();
    await this.server.stop();
    await rm(this.folder, { recursive: true, force: true });
  }

  async publish(draft: ActionDraft): Promise<void> {
    await this.catalog.publish(ActionRecord.parse(draft));
  }

  async request(method: string, path: string, init: RequestInit = {}): Promise<HttpAnswer> {
    const headers = { authorization: `Bearer ${this.app.ownerKey}`, ...(init.headers as Record<string, string>) };
    const response = await fetch(`${this.app.url}${path}`, { method, ...init, headers });
    const text = await response.text();
    const isJson = /json/.test(response.headers.get('content-type') ?? '');
    const answer = {
      status: response.status,
      headers: response.headers,
      text,
      json: isJson ? (JSON.parse(text) as Json) : null,
    };
    assertDescribed(method, path, answer);
    return answer;
  }

  async get(path: string): Promise<HttpAnswer> {
    return this.request('GET', `/api/v1${path}`);
  }

  async send(method: string, path: string, body: Json, headers: Record<string, string> = {}): Promise<HttpAnswer> {
    return this.sendRaw(method, path, JSON.stringify(body), { 'content-type': 'application/json', ...headers });
  }

  async sendRaw(
    method: string,
    path: string,
    body: string | Uint8Array<ArrayBuffer>,
    headers: Record<string, string> = { 'content-type': 'application/json' },
  ): Promise<HttpAnswer> {
    return this.request(method, `/api/v1${path}`, { body, headers });
  }

  /** Everything of directives that stands in Redis: what a refused request must leave as it was. */
  async stored(): Promise<string[]> {
    const names = await this.redis.keys('*');
    const mine = /:(d|index|outbox|timers|ref|orchestrator\.\w+\.\d:(wait|active|\d+)$)/;
    return names.filter((name) => mine.test(name)).toSorted();
  }

  async seedDirective(fields: SeededDirective = {}, shard = 0): Promise<string> {
    const id = formatDirectiveId(shard, ulid());
    const now = Date.now();
    const { texts, counts } = splitCounts(fields);
    const record = {
      id,
      tenant: 'local',
      actor: 'seed',
      kind: 'tasks',
      state: 'RUNNING',
      priority: 2,
      createdAt: now,
      ttlAt: now + 60_000,
      request: '{}',
      ...texts,
    };
    await this.redis.hset(this.keys.directive(id), { updatedAt: now, ...record, counts: formatCounts(counts) });
    await this.redis.zadd(this.keys.index(shard, record.tenant), record.createdAt, id);
    return id;
  }

  async seedTasks(id: string, tasks: readonly SeededTask[]): Promise<void> {
    const counts = parseCounts(await this.redis.hget(this.keys.directive(id), 'counts'));
    await this.redis.hset(this.keys.directive(id), 'counts', formatCounts({ ...counts, total: tasks.length }));
    for (const [at, task] of tasks.entries()) {
      const index = formatTaskIndex(at);
      const control = { id: task.id, queue: 'test.echo.0', version: '1', ...task.control };
      const spec = { action: 'test.echo', dependsOn: [], maxRetries: 0, ...task.spec };
      await this.redis.hset(this.keys.plan(id), index, JSON.stringify(control), `${index}:spec`, JSON.stringify(spec));
      if (task.state) await this.redis.hset(this.keys.tasks(id), index, JSON.stringify(task.state));
      if (task.pending) await this.redis.hset(this.keys.tasks(id), `${index}:pending`, task.pending);
      if (task.output !== undefined)
        await this.redis.hset(this.keys.tasks(id), `${index}:output`, JSON.stringify(task.output));
    }
  }
}

/** The answer as a problem; throws when it is none. */
export function problemOf(answer: HttpAnswer): Problem {
  const type = answer.headers.get('content-type') ?? 'nothing';
  if (!type.startsWith('application/problem+json')) throw new Error(`${type} is no problem: ${answer.text}`);
  return Problem.parse(answer.json);
}
