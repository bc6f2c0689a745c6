import {
  ActionList,
  ActionRecord,
  type ApproveHold,
  BudgetLedger,
  type CreateKey,
  CreatedKey,
  type DirectiveEvent,
  DirectiveList,
  DirectiveView,
  EventList,
  GrantList,
  type GrantView,
  HoldList,
  HoldView,
  type Json,
  KeyList,
  OutputView,
  PlanView,
  type RaiseBudget,
  type ResolveHold,
  SubmitAccepted,
  type SubmitDirective,
  type TaskView,
} from '#libs/contracts';
import { z } from 'zod';
import { ForeignAnswerError } from './client-error.js';
import { type StreamOptions, type StreamedEvent, streamEvents } from './event-stream.js';
import { type Answer, type Question, exchange, refusalOf } from './exchange.js';
import { type EventPage, type FollowOptions, followEvents } from './follow-events.js';
import type { ServerAddress } from './server-address.js';

const base = '/api/v1';
const pageSize = 1_000;

const LogLines = z.object({ items: z.array(z.object({ attempt: z.number(), line: z.string() })) });
export type LogLine = z.infer<typeof LogLines>['items'][number];

export type DirectiveOrder = 'cancel' | 'pause' | 'resume' | 'start';
/** An order that may say why it is given. */
export type DirectiveEnding = 'complete' | 'fail' | 'stop';

/**
 * The server's HTTP API. Every method throws ApiError (it refused), ServerUnreachableError (no answer) or
 * ForeignAnswerError (something else answered); after `signal` aborted, its reason. `actor` is the name by which the user of
 * a server without log-in acts.
 */
export class CocClient {
  constructor(
    readonly server: ServerAddress,
    private readonly signal: AbortSignal = new AbortController().signal,
    readonly actor?: string,
  ) {}

  /** With a key, the same document sent twice gives the same directive. */
  submit(directive: Json | SubmitDirective, idempotencyKey?: string): Promise<{ id: string }> {
    const question: Question = { method: 'POST', path: '/directives', body: directive };
    if (idempotencyKey !== undefined) question.headers = { 'idempotency-key': idempotencyKey };
    return this.ask(SubmitAccepted, question);
  }

  listDirectives(limit: number, cursor?: string) {
    return this.get(DirectiveList, `/directives?${query({ limit, cursor })}`);
  }

  getDirective(id: string): Promise<DirectiveView> {
    return this.get(DirectiveView, directivePath(id));
  }

  /** The whole plan, page by page. */
  async listTasks(id: string): Promise<TaskView[]> {
    const tasks: TaskView[] = [];
    let cursor: string | undefined;
    do {
      const page: PlanView = await this.get(
        PlanView,
        `${directivePath(id)}/plan?${query({ limit: pageSize, cursor })}`,
      );
      for (const task of page.items) tasks.push(task);
      cursor = page.nextCursor ?? undefined;
    } while (cursor !== undefined);
    return tasks;
  }

  /** One page of events with a `seq` above `after`, in order. */
  listEvents(id: string, after: number): Promise<EventPage> {
    return this.get(EventList, `${directivePath(id)}/events?${query({ after, limit: pageSize })}`);
  }

  /** Events as they happen: see `streamEvents`. The client's own signal ends it too. */
  streamEvents(options: StreamOptions): AsyncGenerator<StreamedEvent> {
    return streamEvents(this.server, { ...options, signal: this.withOwnSignal(options.signal) });
  }

  /** The events of a directive to its final one, also where there is no stream: see `followEvents`. */
  followEvents(id: string, options: FollowOptions): AsyncGenerator<DirectiveEvent> {
    return followEvents(this, id, { ...options, signal: this.withOwnSignal(options.signal) });
  }

  getOutput(id: string) {
    return this.get(OutputView, `${directivePath(id)}/output`);
  }

  async listLogs(id: string, task: string): Promise<LogLine[]> {
    return (await this.get(LogLines, `${directivePath(id)}/tasks/${encodeURIComponent(task)}/logs`)).items;
  }

  order(id: string, order: DirectiveOrder): Promise<DirectiveView> {
    return this.ask(DirectiveView, { method: 'POST', path: `${directivePath(id)}/${order}` });
  }

  end(id: string, ending: DirectiveEnding, reason?: string): Promise<DirectiveView> {
    const body = reason === undefined ? undefined : { reason };
    return this.ask(DirectiveView, { method: 'POST', path: `${directivePath(id)}/${ending}`, body });
  }

  /** A new directive with the request of one that is final. */
  retry(id: string, idempotencyKey?: string): Promise<{ id: string }> {
    const question: Question = { method: 'POST', path: `${directivePath(id)}/retry` };
    if (idempotencyKey !== undefined) question.headers = { 'idempotency-key': idempotencyKey };
    return this.ask(SubmitAccepted, question);
  }

  /** Of one that is final; nothing of it is left then. */
  async deleteDirective(id: string): Promise<void> {
    await this.reach({ method: 'DELETE', path: directivePath(id) });
  }

  /** One page of what waits for a human, the longest wait first. */
  listHolds(limit: number, cursor?: string): Promise<HoldList> {
    return this.get(HoldList, `/approvals?${query({ limit, cursor })}`);
  }

  /** `id` is `<directive id>.<task index>`; also of a hold that was answered. */
  getHold(id: string): Promise<HoldView> {
    return this.get(HoldView, holdPath(id));
  }

  approveHold(id: string, answer: z.input<typeof ApproveHold>): Promise<HoldView> {
    return this.ask(HoldView, { method: 'POST', path: `${holdPath(id)}/approve`, body: answer });
  }

  denyHold(id: string, comment: string): Promise<HoldView> {
    return this.ask(HoldView, { method: 'POST', path: `${holdPath(id)}/deny`, body: { comment } });
  }

  async resolveHold(id: string, answer: z.input<typeof ResolveHold>): Promise<void> {
    await this.reach({ method: 'POST', path: `${holdPath(id)}/resolve`, body: answer });
  }

  /** Those of a directive, else those of the tenant. */
  async listGrants(directive?: string): Promise<GrantView[]> {
    return (await this.get(GrantList, `/grants${directiveQuery(directive)}`)).items;
  }

  async revokeGrant(action: string, directive?: string): Promise<void> {
    await this.reach({ method: 'DELETE', path: `/grants/${encodeURIComponent(action)}${directiveQuery(directive)}` });
  }

  getBudget(id: string): Promise<BudgetLedger> {
    return this.get(BudgetLedger, `${directivePath(id)}/budget`);
  }

  /** `maxCostUsd` and `maxTokens` are the new limits; one that is left out stays. */
  raiseBudget(id: string, budget: z.input<typeof RaiseBudget>): Promise<BudgetLedger> {
    return this.ask(BudgetLedger, { method: 'POST', path: `${directivePath(id)}/budget`, body: budget });
  }

  async listActions(): Promise<ActionRecord[]> {
    return (await this.get(ActionList, '/actions')).items;
  }

  applyAction(name: string, record: Json): Promise<ActionRecord> {
    return this.ask(ActionRecord, { method: 'PUT', path: `/actions/${encodeURIComponent(name)}`, body: record });
  }

  /** `key` of the answer is the secret; it is shown only now. */
  createKey(key: z.input<typeof CreateKey>): Promise<CreatedKey> {
    return this.ask(CreatedKey, { method: 'POST', path: '/keys', body: key });
  }

  listKeys(limit: number, cursor?: string, tenant?: string): Promise<KeyList> {
    return this.get(KeyList, `/keys?${query({ limit, cursor, tenant })}`);
  }

  async revokeKey(id: string): Promise<void> {
    await this.reach({ method: 'DELETE', path: `/keys/${encodeURIComponent(id)}` });
  }

  /** Not ready is an answer here, not a failure: `coc doctor` reads it. */
  readiness(): Promise<Answer> {
    return exchange(this.server, { method: 'GET', path: `${base}/health/ready` }, this.signal);
  }

  private get<T>(schema: z.ZodType<T>, path: string): Promise<T> {
    return this.ask(schema, { method: 'GET', path });
  }

  private async ask<T>(schema: z.ZodType<T>, question: Question): Promise<T> {
    const answer = await this.reach(question);
    const parsed = schema.safeParse(answer.body);
    if (parsed.success) return parsed.data;
    // A newer server may say more than this client knows: only what is missing or wrong is a fault.
    const fault = parsed.error.issues.find((issue) => issue.code !== 'unrecognized_keys');
    if (fault === undefined) return answer.body as T;
    throw new ForeignAnswerError(this.server.url, answer.status, `/${fault.path.join('/')} ${fault.message}`);
  }

  private async reach({ path, headers, ...question }: Question): Promise<Answer> {
    const named = this.actor === undefined ? headers : { ...headers, 'coc-actor': this.actor };
    const answer = await exchange(this.server, { ...question, path: `${base}${path}`, headers: named }, this.signal);
    if (answer.status >= 400) throw refusalOf(answer, this.server.url);
    return answer;
  }

  private withOwnSignal(signal: AbortSignal | undefined): AbortSignal {
    return signal === undefined ? this.signal : AbortSignal.any([this.signal, signal]);
  }
}

const directivePath = (id: string) => `/directives/${encodeURIComponent(id)}`;
const holdPath = (id: string) => `/approvals/${encodeURIComponent(id)}`;

function query(parts: Record<string, string | number | undefined>): string {
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(parts)) if (value !== undefined) search.set(name, String(value));
  return search.toString();
}

function directiveQuery(directive: string | undefined): string {
  return directive === undefined ? '' : `?${query({ directive })}`;
}
