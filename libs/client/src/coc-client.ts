import type {
  ActionRecord,
  BudgetLedger,
  CheckpointView,
  DirectiveEvent,
  DirectiveState,
  DirectiveView,
  DryPlan,
  GrantView,
  HoldList,
  HoldView,
  Json,
  RetryDirective,
  RetryPlan,
  SubmitDirective,
  TaskView,
} from '#libs/contracts';
import { answerSchemas } from './answer-schemas.js';
import { ForeignAnswerError } from './client-error.js';
import { type StreamOptions, type StreamedEvent, streamEvents } from './event-stream.js';
import { type Answer, download, exchange, refusalOf } from './exchange.js';
import { type EventPage, type FollowOptions, followEvents } from './follow-events.js';
import type { Schemas } from './generated/operations.js';
import { type Answered, type AskedArguments, type OperationId, questionOf } from './operation.js';
import type { ServerAddress } from './server-address.js';

const pageSize = 1_000;

export type LogLine = Schemas['LogList']['items'][number];

/** Which directives a list shows: what is left out is not looked at. */
export interface DirectiveFilter {
  /** In one of these. */
  state?: readonly DirectiveState[];
  /** Each `name=value` or `name`; with all of them. */
  label?: readonly string[];
  /** ISO 8601; at this time or later. */
  createdAfter?: string;
  createdBefore?: string;
  ref?: string;
}

export type DirectiveOrder = 'cancel' | 'pause' | 'resume' | 'start';
/** An order that may say why it is given. */
export type DirectiveEnding = 'complete' | 'fail' | 'stop';

/** Where a retry begins. */
export type RetryOrder = Pick<RetryDirective, 'from' | 'checkpoint'>;

/**
 * The server's HTTP API. `call` does any operation of it by the name it has in docs/openapi.json; the other methods are what
 * several calls or a stream make of it. All throw ApiError (it refused), ServerUnreachableError (no answer) or
 * ForeignAnswerError (something else answered); after `signal` aborted, its reason. `actor` is the name by which the user of
 * a server without log-in acts.
 */
export class CocClient {
  constructor(
    readonly server: ServerAddress,
    private readonly signal: AbortSignal = new AbortController().signal,
    readonly actor?: string,
  ) {}

  /** One operation: parameters by their names, and `body`. Its answer is checked against the contract where there is one. */
  async call<Id extends OperationId>(id: Id, ...[ask = {}]: AskedArguments<Id>): Promise<Answered<Id>> {
    const answer = await this.reach(id, ask);
    const parsed = answerSchemas[id]?.safeParse(answer.body);
    if (parsed === undefined) return answer.body as Answered<Id>;
    if (parsed.success) return parsed.data as Answered<Id>;
    // A newer server may have more fields, and more words in a list of words, than this client knows: that is no fault.
    const fault = parsed.error.issues.find(({ code }) => code !== 'unrecognized_keys' && code !== 'invalid_value');
    if (fault === undefined) return answer.body as Answered<Id>;
    throw new ForeignAnswerError(this.server.url, answer.status, `/${fault.path.join('/')} ${fault.message}`);
  }

  /** With a key, the same document sent twice gives the same directive. */
  submit(directive: Json | SubmitDirective, idempotencyKey?: string): Promise<{ id: string }> {
    const body = directive as Schemas['SubmitDirective'];
    return this.call('submitDirective', { body, 'Idempotency-Key': idempotencyKey });
  }

  /** What would become of this directive, with its risk and its cost; nothing is stored. */
  plan(directive: Json | SubmitDirective): Promise<DryPlan> {
    return this.call('planDirective', { body: directive as Schemas['SubmitDirective'] });
  }

  listDirectives(limit: number, cursor?: string, filter: DirectiveFilter = {}): Promise<Schemas['DirectiveList']> {
    return this.call('listDirectives', { limit, cursor, ...filter } as AskedArguments<'listDirectives'>[0]);
  }

  getDirective(id: string): Promise<DirectiveView> {
    return this.call('getDirective', { id });
  }

  /** The whole plan, page by page. */
  async listTasks(id: string): Promise<TaskView[]> {
    const tasks: TaskView[] = [];
    let cursor: string | undefined;
    do {
      const page = await this.call('getPlan', { id, limit: pageSize, cursor });
      for (const task of page.items) tasks.push(task);
      cursor = page.nextCursor ?? undefined;
    } while (cursor !== undefined);
    return tasks;
  }

  /** One page of events with a `seq` above `after`, in order. */
  listEvents(id: string, after: number): Promise<EventPage> {
    return this.call('listEvents', { id, after, limit: pageSize });
  }

  /** Events as they happen: see `streamEvents`. The client's own signal ends it too. */
  streamEvents(options: StreamOptions): AsyncGenerator<StreamedEvent> {
    return streamEvents(this.server, { ...options, signal: this.withOwnSignal(options.signal) });
  }

  /** The events of a directive to its final one, also where there is no stream: see `followEvents`. */
  followEvents(id: string, options: FollowOptions): AsyncGenerator<DirectiveEvent> {
    return followEvents(this, id, { ...options, signal: this.withOwnSignal(options.signal) });
  }

  getOutput(id: string): Promise<Schemas['Output']> {
    return this.call('getOutput', { id });
  }

  async listLogs(id: string, taskId: string): Promise<LogLine[]> {
    return (await this.call('listTaskLogs', { id, taskId })).items;
  }

  order(id: string, order: DirectiveOrder): Promise<DirectiveView> {
    return this.call(`${order}Directive`, { id });
  }

  end(id: string, ending: DirectiveEnding, reason?: string): Promise<DirectiveView> {
    return this.call(`${ending}Directive`, { id, body: { reason } });
  }

  /** A new directive with the request of one that is final; without `from`, from its last checkpoint if it did not complete. */
  async retry(id: string, idempotencyKey?: string, order?: RetryOrder): Promise<{ id: string }> {
    const answer = await this.call('retryDirective', { id, body: order, 'Idempotency-Key': idempotencyKey });
    return answer as Schemas['SubmitAccepted'];
  }

  /** What the retry would keep and run; nothing is stored. */
  async planRetry(id: string, order: RetryOrder = {}): Promise<RetryPlan> {
    return (await this.call('retryDirective', { id, body: { ...order, dryRun: true } })) as RetryPlan;
  }

  createCheckpoint(id: string, reason?: string): Promise<CheckpointView> {
    return this.call('createCheckpoint', { id, body: { reason } });
  }

  /** Of one that is final; nothing of it is left then. */
  async deleteDirective(id: string): Promise<void> {
    await this.call('deleteDirective', { id });
  }

  /** One page of what waits for a human, the longest wait first. */
  listHolds(limit: number, cursor?: string): Promise<HoldList> {
    return this.call('listHolds', { limit, cursor });
  }

  /** `id` is `<directive id>.<task index>`; also of a hold that was answered. */
  getHold(id: string): Promise<HoldView> {
    return this.call('getHold', { id });
  }

  approveHold(id: string, body: Schemas['ApproveHold']): Promise<HoldView> {
    return this.call('approveHold', { id, body });
  }

  denyHold(id: string, comment: string): Promise<HoldView> {
    return this.call('denyHold', { id, body: { comment } });
  }

  async resolveHold(id: string, body: Schemas['ResolveHold']): Promise<void> {
    await this.call('resolveHold', { id, body });
  }

  /** Those of a directive, else those of the tenant. */
  async listGrants(directive?: string): Promise<GrantView[]> {
    return (await this.call('listGrants', { directive })).items;
  }

  async revokeGrant(action: string, directive?: string): Promise<void> {
    await this.call('revokeGrant', { action, directive });
  }

  getBudget(id: string): Promise<BudgetLedger> {
    return this.call('getBudget', { id });
  }

  /** `maxCostUsd` and `maxTokens` are the new limits; one that is left out stays. */
  raiseBudget(id: string, body: Schemas['RaiseBudget']): Promise<BudgetLedger> {
    return this.call('raiseBudget', { id, body });
  }

  async listActions(): Promise<ActionRecord[]> {
    return (await this.call('listActions')).items;
  }

  applyAction(name: string, record: Json): Promise<ActionRecord> {
    return this.call('publishAction', { name, body: record as Schemas['ActionBody'] });
  }

  /** The bytes of an artifact, as they come. */
  async readArtifact(id: string): Promise<ReadableStream<Uint8Array>> {
    return download(this.server, questionOf('getArtifact', { id }), this.signal);
  }

  /** Not ready is an answer here, not a failure: `coc doctor` reads it. */
  readiness(): Promise<Answer> {
    return exchange(this.server, questionOf('getReadiness', {}), this.signal);
  }

  private async reach(id: OperationId, ask: object): Promise<Answer> {
    const question = questionOf(id, ask as Record<string, unknown>);
    if (this.actor !== undefined) question.headers = { ...question.headers, 'coc-actor': this.actor };
    const answer = await exchange(this.server, question, this.signal);
    if (answer.status >= 400) throw refusalOf(answer, this.server.url);
    return answer;
  }

  private withOwnSignal(signal: AbortSignal | undefined): AbortSignal {
    return signal === undefined ? this.signal : AbortSignal.any([this.signal, signal]);
  }
}
