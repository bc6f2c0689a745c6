import {
  CocError,
  shardOfDirective,
  type DirectiveView,
  type EndState,
  type Plan,
  type Principal,
  type SubmitDirective,
} from '#libs/contracts';
import { askAgain, houseRulesFor, type House, type HouseRules } from '#libs/policy';
import { isOutOfMemory, type QueueSender } from '#libs/queues';
import {
  isStoreUnavailable,
  type DirectiveDraft,
  type DirectiveOrders,
  type DirectiveReader,
  type DirectiveStore,
  type RefRegister,
  type RemovedJob,
  type ShardAgenda,
  type Transition,
} from '#libs/state';
import { traceparentFrom, type Logger } from '#libs/telemetry';
import type { WorkflowLibrary } from '../decide/workflow.library.js';
import { DirectiveIngress, type Retry, type Submission, type SubmitResult } from '../http/directive-ingress.js';
import { tellRoom } from '../tell-room.js';
import type { HookDesk } from '../hooks/hook.desk.js';
import type { CatalogSnapshot } from './catalog-snapshot.js';
import type { DeletionDesk } from './deletion.desk.js';
import { buildDraft, hashOfRequest } from './directive-draft.builder.js';
import { directiveIdOf, newDirectiveId } from './directive-id.js';
import type { KeyDesk } from './key.desk.js';
import { checkRunAt, planOrRefuse } from './plan-or-refuse.js';
import { memoryFull, type PressureWatch } from './pressure.watch.js';
import type { RepeatedRequest, RetryDesk } from './retry.desk.js';

export interface IngressParts {
  shards: number;
  defaultTtlMs: number;
  house: House;
  logger: Logger;
  catalog: CatalogSnapshot;
  workflows: WorkflowLibrary;
  store: DirectiveStore;
  refs: RefRegister;
  keyDesk: KeyDesk;
  reader: DirectiveReader;
  orders: DirectiveOrders;
  sender: QueueSender;
  agenda: ShardAgenda;
  pressure: PressureWatch;
  deletions: DeletionDesk;
  retries: RetryDesk;
  hooks: HookDesk;
}

/** A million jobs: more than the windows of all queues of a shard have. */
const mostDiscardPages = 1_000;

/** The door: refuses what cannot be right, writes down what is accepted, then tells the next room. */
export class IngressService extends DirectiveIngress {
  constructor(private readonly parts: IngressParts) {
    super();
  }

  async submit(submission: Submission): Promise<SubmitResult> {
    const requestHash = hashOfRequest(submission.body);
    return this.once(submission, requestHash, async (id) => this.take(submission, id, requestHash));
  }

  async retry(order: Retry): Promise<SubmitResult> {
    const { principal, retryOf } = order;
    const requestHash = hashOfRequest({ retryOf });
    return this.once(order, requestHash, async (id) => {
      const request = await this.parts.retries.requestOf(await this.find(principal, retryOf));
      return this.take({ ...order, ...request }, id, requestHash);
    });
  }

  async cancel(principal: Principal, id: string): Promise<DirectiveView> {
    await this.find(principal, id);
    return this.closeWholly(principal, id, await this.parts.store.cancel(id));
  }

  async end(principal: Principal, id: string, state: EndState, reason: string): Promise<DirectiveView> {
    await this.find(principal, id);
    return this.closeWholly(principal, id, await this.parts.store.end(id, state, principal.actor, reason));
  }

  async start(principal: Principal, id: string): Promise<DirectiveView> {
    const { traceparent } = await this.findOrder(principal, id);
    const room = await this.parts.store.release(id, principal.actor);
    if (room) await tellRoom(this.parts, room, { tenant: principal.tenant, directiveId: id, traceparent });
    return this.find(principal, id);
  }

  async pause(principal: Principal, id: string): Promise<DirectiveView> {
    await this.find(principal, id);
    await this.parts.store.pause(id, principal.actor);
    return this.find(principal, id);
  }

  async resume(principal: Principal, id: string): Promise<DirectiveView> {
    const { traceparent } = await this.findOrder(principal, id);
    await this.parts.store.resume(id, principal.actor);
    await tellRoom(this.parts, 'execute', { tenant: principal.tenant, directiveId: id, traceparent });
    return this.find(principal, id);
  }

  private async once(
    { principal: { tenant }, idempotencyKey: key }: Omit<Submission, 'body'>,
    requestHash: string,
    take: (id: string) => Promise<SubmitResult>,
  ): Promise<SubmitResult> {
    const { shards, keyDesk } = this.parts;
    if (key === undefined) return take(newDirectiveId(shards));
    return keyDesk.once({ tenant, key, requestHash, directiveId: directiveIdOf(tenant, key, shards) }, take);
  }

  private async take(
    { body, principal, traceparent, retryOf, earlier }: Submission & Partial<Retry & RepeatedRequest>,
    id: string,
    requestHash: string,
  ): Promise<SubmitResult> {
    checkRunAt(body);
    const house = houseRulesFor(this.parts.house, principal.tenant);
    const planned = await this.planExplicit(body, house);
    const plan = planned && earlier ? askAgain(planned, earlier) : planned;
    this.checkWorkflow(body);
    const { defaultTtlMs } = this.parts;
    const origin = {
      id,
      principal,
      traceparent: traceparentFrom(traceparent),
      defaultTtlMs,
      house,
      requestHash,
      retryOf,
    };
    const draft = buildDraft(body, origin);
    await this.parts.hooks.expect(principal.tenant, body.webhooks);
    const isNew = await this.admit(draft, plan);
    if (isNew && draft.startsAt === undefined)
      await tellRoom(this.parts, plan ? 'execute' : 'decide', { ...draft, directiveId: id });
    return { id, created: isNew };
  }

  async delete(principal: Principal, id: string): Promise<void> {
    await this.parts.deletions.delete(principal, await this.find(principal, id));
  }

  private async closeWholly(principal: Principal, id: string, { more }: Transition): Promise<DirectiveView> {
    for (let isClosing = more; isClosing;) isClosing = await this.parts.store.closeChunk(id);
    await this.removeQueuedJobs(shardOfDirective(id)!);
    return this.find(principal, id);
  }

  /** A worker that knows nothing of fences would still start them: gone before the order is acknowledged, and those on their way barred. */
  private async removeQueuedJobs(shard: number): Promise<void> {
    const { agenda, sender } = this.parts;
    const remove = async (queue: string, jobId: string): Promise<RemovedJob> => sender.removeJob(queue, jobId);
    for (let page = 0; page < mostDiscardPages; page += 1)
      if ((await agenda.drainDiscards(shard, remove)) === 0) return;
  }

  /** An explicit task list is planned here, to refuse bad input at the door. */
  private async planExplicit(body: SubmitDirective, house: HouseRules): Promise<Plan | undefined> {
    if (!body.tasks) return undefined;
    const catalog = await this.parts.catalog.get([...new Set(body.tasks.map((task) => task.action))]);
    const { tasks, input, output, budget, policies, priority, models } = body;
    return planOrRefuse({ tasks, input, output, budget, policies, priority, models, house }, catalog);
  }

  private checkWorkflow(body: SubmitDirective): void {
    if (body.workflow === undefined) return;
    const faults = this.parts.workflows.check(body.workflow, body.input);
    if (faults.length > 0) throw new CocError(faults[0]!.code, faults[0]!.detail, faults);
  }

  /** True when it is new. Under pressure nothing new is let in; who was accepted before gets its answer all the same. */
  private async admit(draft: DirectiveDraft, plan: Plan | undefined): Promise<boolean> {
    const actions = plan && [...new Set(plan.tasks.map(({ action }) => action))];
    const refusal = this.parts.pressure.refusal(shardOfDirective(draft.id)!, actions);
    if (refusal) return this.findRepeat(draft, refusal);
    try {
      return await this.accept(draft, plan);
    } catch (error) {
      if (!isOutOfMemory(error)) throw error;
      return this.findRepeat(draft, memoryFull());
    }
  }

  private async findRepeat(draft: DirectiveDraft, refusal: CocError): Promise<false> {
    const known = await this.parts.orders.requestHash(draft.id);
    if (known === undefined) throw refusal;
    if (known !== draft.requestHash) throw mismatch();
    return false;
  }

  private async accept(draft: DirectiveDraft, plan: Plan | undefined): Promise<boolean> {
    const { tenant, ref } = draft;
    const isReserved = ref !== null && (await this.reserveRef(draft, ref));
    const result = await this.parts.store.accept(draft, plan).catch(async (error: unknown) => {
      // Large values are stored before the record is written: nothing was accepted.
      if (isReserved && isStoreUnavailable(error)) await this.parts.refs.release(tenant, ref, draft.id);
      throw error;
    });
    if (result === 'mismatch') {
      if (isReserved) await this.parts.refs.release(tenant, ref, draft.id);
      throw mismatch();
    }
    if (ref !== null) await this.parts.refs.keep(tenant, ref);
    return result === 'created';
  }

  /** True when the ref is new; false when this directive had it already, as a repeated submit finds. */
  private async reserveRef({ tenant, id }: DirectiveDraft, ref: string): Promise<boolean> {
    const reservation = await this.parts.refs.reserve(tenant, ref, id);
    if (reservation !== 'taken') return reservation === 'reserved';
    throw new CocError('REF_TAKEN', `another directive has the ref "${ref}"`, [
      { pointer: '/ref', code: 'REF_TAKEN', detail: 'a ref is unique per tenant' },
    ]);
  }

  private async find(principal: Principal, id: string): Promise<DirectiveView> {
    const view = await this.parts.reader.get(principal.tenant, id);
    if (!view) throw new CocError('NOT_FOUND', `there is no directive ${id}`);
    return view;
  }

  private async findOrder(principal: Principal, id: string): Promise<{ traceparent: string }> {
    await this.find(principal, id);
    return this.parts.orders.load(id).then((order) => ({ traceparent: order?.traceparent ?? '' }));
  }
}

/** A clock of ours that is a minute off does not matter here. */
function mismatch(): CocError {
  return new CocError('IDEMPOTENCY_MISMATCH', 'this Idempotency-Key was used for another request; use a new key');
}
