import {
  formatTaskIndex,
  isDirectiveId,
  shardOfDirective,
  type ArtifactEntry,
  type DirectiveEvent,
  type DirectiveState,
  type DirectiveView,
  type EventType,
  type Json,
  type PlanView,
} from '#libs/contracts';
import type { Redis } from 'ioredis';
import type { Keys } from '../keys.js';
import { DirectiveIndex, type DirectivePage } from './directive-index.js';
import { OutputReader } from './output-reader.js';
import { PlanReader } from './plan-reader.js';
import { viewDirective } from './stored-directive.js';

export interface LogLine {
  attempt: number;
  line: string;
}

/** Reads for the API. Every method takes the tenant; what belongs to another tenant is as absent as what never was. */
export class DirectiveReader {
  private readonly index: DirectiveIndex;
  private readonly plans: PlanReader;
  private readonly outputs: OutputReader;

  constructor(
    private readonly redis: Redis,
    private readonly keys: Keys,
    options: { shards: number },
  ) {
    this.index = new DirectiveIndex(redis, keys, options.shards);
    this.plans = new PlanReader(redis, keys);
    this.outputs = new OutputReader(redis, keys);
  }

  async get(tenant: string, id: string): Promise<DirectiveView | undefined> {
    if (!isDirectiveId(id) || shardOfDirective(id) === undefined) return undefined;
    const stored = await this.redis.hgetall(this.keys.directive(id));
    return stored['tenant'] === tenant ? viewDirective(stored) : undefined;
  }

  /** Newest first. */
  async list(
    tenant: string,
    options: { limit: number; cursor?: string; state?: DirectiveState },
  ): Promise<DirectivePage> {
    return this.index.list(tenant, options);
  }

  async plan(tenant: string, id: string, options: { limit: number; cursor?: string }): Promise<PlanView | undefined> {
    const directive = await this.get(tenant, id);
    return directive && this.plans.page(directive, options.limit, options.cursor);
  }

  async events(
    tenant: string,
    id: string,
    options: { after: number; limit: number },
  ): Promise<DirectiveEvent[] | undefined> {
    const directive = await this.get(tenant, id);
    if (!directive) return undefined;
    const entries = await this.redis.xrange(
      this.keys.events(id),
      `${options.after + 1}-0`,
      '+',
      'COUNT',
      options.limit,
    );
    return entries.map(([entryId, fields]) => viewEvent(id, entryId, fields));
  }

  /** null until the directive rests. */
  async output(tenant: string, id: string): Promise<{ state: DirectiveState; output: Json | null } | undefined> {
    const directive = await this.get(tenant, id);
    return directive && { state: directive.state, output: await this.outputs.of(directive) };
  }

  /** Lines of every attempt of a task, oldest first; undefined when there is no such task. */
  async logs(tenant: string, id: string, taskId: string): Promise<LogLine[] | undefined> {
    const directive = await this.get(tenant, id);
    const task = directive && (await this.plans.find(directive, taskId));
    if (!task) return undefined;
    const index = formatTaskIndex(task.index);
    const kept = await Promise.all(range(task.attempt).map(async (attempt) => this.linesOf(id, index, attempt)));
    return kept.flatMap((lines, at) => lines.map((line) => ({ attempt: at + 1, line })));
  }

  /** Meta of `<directiveId>.<sha256>`. */
  async artifact(tenant: string, artifactId: string): Promise<(ArtifactEntry & { task: string }) | undefined> {
    const [id = '', sha256 = '', ...rest] = artifactId.split('.');
    if (rest.length > 0 || !(await this.get(tenant, id))) return undefined;
    const text = await this.redis.hget(this.keys.artifacts(id), sha256);
    return text === null ? undefined : (JSON.parse(text) as ArtifactEntry & { task: string });
  }

  /** Moved to the directive a minute after the job ended; until then they are the BullMQ job's. */
  private async linesOf(id: string, index: string, attempt: number): Promise<string[]> {
    const moved = await this.redis.lrange(this.keys.logs(id, `${index}.${attempt}`), 0, -1);
    if (moved.length > 0) return moved;
    const [control, state] = await Promise.all([
      this.redis.hget(this.keys.plan(id), index),
      this.redis.hget(this.keys.tasks(id), index),
    ]);
    if (control === null || state === null) return [];
    const { queue } = JSON.parse(control) as { queue: string };
    const task = JSON.parse(state) as { attempt: number; nonce: string };
    if (task.attempt !== attempt) return [];
    return this.redis.lrange(`${this.keys.rootOf(id)}:${queue}:${id}.${index}.${attempt}.${task.nonce}:logs`, 0, -1);
  }
}

function range(count: number): number[] {
  return Array.from({ length: count }, (_, at) => at + 1);
}

function viewEvent(directiveId: string, entryId: string, fields: readonly string[]): DirectiveEvent {
  const value = (name: string): string => fields[fields.indexOf(name) + 1]!;
  return {
    directiveId,
    seq: Number(entryId.split('-')[0]),
    type: value('type') as EventType,
    timestamp: new Date(Number(value('at'))).toISOString(),
    task: value('task') === '' ? null : value('task'),
    data: JSON.parse(value('data')) as DirectiveEvent['data'],
  };
}
