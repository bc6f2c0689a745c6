import {
  isDirectiveId,
  type ArtifactEntry,
  type DirectiveEvent,
  type DirectiveState,
  type DirectiveView,
  type Json,
  type PlanView,
  type TaskDetail,
} from '#libs/contracts';
import type { Redis } from '#libs/redis';
import type { Keys } from '../keys.js';
import type { PayloadStore } from '../payloads/payload-store.js';
import type { FamilyRefusal } from '../write/family-refusal.js';
import type { DirectiveFilter } from './directive-filter.js';
import { DirectiveIndex, type DirectivePage, type StateCounts } from './directive-index.js';
import { viewEvents } from './event-view.js';
import { FamilyReader } from './family-reader.js';
import { LogReader, type LogLine } from './log-reader.js';
import { OutputReader } from './output-reader.js';
import { PlanReader } from './plan-reader.js';
import { readStored, viewDirective } from './stored-directive.js';

/** Reads for the API. Every method takes the tenant; what belongs to another tenant is as absent as what never was. */
export class DirectiveReader {
  private readonly index: DirectiveIndex;
  private readonly plans: PlanReader;
  private readonly outputs: OutputReader;
  private readonly taskLogs: LogReader;
  private readonly families: FamilyReader;

  constructor(
    private readonly redis: Redis,
    private readonly keys: Keys,
    { shards, payloads }: { shards: number; payloads: PayloadStore },
  ) {
    this.index = new DirectiveIndex(redis, keys, shards);
    this.plans = new PlanReader(redis, keys);
    this.outputs = new OutputReader(redis, keys, payloads);
    this.taskLogs = new LogReader(redis, keys);
    this.families = new FamilyReader(redis, keys);
  }

  async get(tenant: string, id: string): Promise<DirectiveView | undefined> {
    if (!isDirectiveId(id)) return undefined;
    const stored = await readStored(this.redis, this.keys.directive(id));
    return stored['tenant'] === tenant ? viewDirective(id, stored) : undefined;
  }

  /** Newest first. */
  async list(
    tenant: string,
    options: { limit: number; cursor?: string; filter?: DirectiveFilter },
  ): Promise<DirectivePage> {
    return this.index.list(tenant, options);
  }

  /** The oldest first; undefined when there is no such directive. */
  async children(
    tenant: string,
    id: string,
    options: { limit: number; cursor?: string },
  ): Promise<DirectivePage | undefined> {
    const directive = await this.get(tenant, id);
    return directive && this.families.children(tenant, id, options);
  }

  async childRefusal(tenant: string, parent: string): Promise<FamilyRefusal | undefined> {
    return isDirectiveId(parent) ? this.families.refusal(tenant, parent) : 'parent-unknown';
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
    const events = entries.flatMap(([entryId, fields]) => viewEvents(id, entryId, fields));
    return events.filter(({ seq }) => seq > options.after).slice(0, options.limit);
  }

  /** null until the directive rests. */
  async output(tenant: string, id: string): Promise<{ state: DirectiveState; output: Json | null } | undefined> {
    const directive = await this.get(tenant, id);
    return directive && { state: directive.state, output: await this.outputs.of(directive) };
  }

  async task(tenant: string, id: string, taskId: string): Promise<TaskDetail | undefined> {
    const directive = await this.get(tenant, id);
    return directive && this.plans.task(directive, taskId);
  }

  /** How many of a tenant's newest directives are in which state. */
  async countStates(tenant: string, most: number): Promise<StateCounts> {
    return this.index.countStates(tenant, most);
  }

  /** Lines of every attempt of a task, oldest first; undefined when there is no such task. */
  async logs(tenant: string, id: string, taskId: string): Promise<LogLine[] | undefined> {
    const directive = await this.get(tenant, id);
    const task = directive && (await this.plans.findPlace(directive, taskId));
    if (!task) return undefined;
    return this.taskLogs.of({ directiveId: id, index: task.index, queue: task.queue }, task.attempt);
  }

  /** Meta of `<directiveId>.<sha256>`. */
  async artifact(tenant: string, artifactId: string): Promise<(ArtifactEntry & { task: string }) | undefined> {
    const [id = '', sha256 = '', ...rest] = artifactId.split('.');
    if (rest.length > 0 || !(await this.get(tenant, id))) return undefined;
    const text = await this.redis.hget(this.keys.artifacts(id), sha256);
    return text === null ? undefined : (JSON.parse(text) as ArtifactEntry & { task: string });
  }
}
