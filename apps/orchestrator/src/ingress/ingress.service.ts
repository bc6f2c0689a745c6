import {
  CocError,
  shardOfDirective,
  type DirectiveView,
  type EndState,
  type Plan,
  type Principal,
  type RetryPlan,
  type SubmitDirective,
} from '#libs/contracts';
import { askAgain, houseRulesFor, type House, type HouseRules } from '#libs/policy';
import { isOutOfMemory, type QueueSender } from '#libs/queues';
import {
  familyRefusal,
  isFamilyRefusal,
  isStoreUnavailable,
  type DirectiveDraft,
  type DirectiveOrders,
  type DirectiveReader,
  type DirectiveStore,
  type KeptWork,
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
import type { DryPlanner } from './dry-planner.js';
import type { KeyDesk } from './key.desk.js';
import { checkRunAt, planOrRefuse } from './plan-or-refuse.js';
import { memoryFull, type PressureWatch } from './pressure.watch.js';
import type { ResumeDesk, ResumeOrder, Resumption } from './resume.desk.js';
import type { RepeatedRequest, RetryDesk } from './retry.desk.js';
import type { RetryPlanner } from './retry.planner.js';

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
  dryPlanner: DryPlanner;
  deletions: DeletionDesk;
  retries: RetryDesk;
  resumes: ResumeDesk;
  retryPlanner: RetryPlanner;
  hooks: HookDesk;
}

interface Further {
  resumption?: Resumption | undefined;
}

/** Copies what a retry keeps; after it was let in, for it may take seconds. */
type TakeOver = () => Promise<KeptWork | undefined>;

/** The hash of a request that nobody can send again: its id is new each time. Hashing it is a twentieth of a submit. */
const unkeyed = 'unkeyed';

/** A million jobs: more than the windows of all queues of a shard have. */
const mostDiscardPages = 1_000;

/** The door: refuses what cannot be right, writes down what is accepted, then tells the next room. */
export class IngressService extends DirectiveIngress {
  constructor(private readonly parts: IngressParts) {
    super();
  }

  async submit(submission: Submission): Promise<SubmitResult> {
    const { body, principal, idempotencyKey } = submission;
    const requestHash = idempotencyKey === undefined ? unkeyed : hashOfRequest(body);
    const shard = body.parent === undefined ? undefined : shardOfParent(body.parent, this.parts.shards);
    const take = async (id: string): Promise<SubmitResult> => {
      await this.checkParent(principal, body.parent);
      return this.take(submission, id, requestHash);
    };
    return this.once(submission, requestHash, take, shard);
  }

  async retry(order: Retry): Promise<SubmitResult> {
    const { principal, retryOf, from, checkpoint } = order;
    const point = { ...(from && { from }), ...(checkpoint && { checkpoint }) };
    const requestHash = hashOfRequest({ retryOf, ...point });
    return this.once(order, requestHash, async (id) => {
      const view = await this.find(principal, retryOf);
      const request = await this.parts.retries.requestOf(view);
      const resumption = await this.parts.resumes.open(view, point, request.earlier);
      return this.take({ ...order, ...request, resumption }, id, requestHash);
    });
  }

  async planRetry(principal: Principal, retryOf: string, order: ResumeOrder): Promise<RetryPlan> {
    return this.parts.retryPlanner.plan(await this.find(principal, retryOf), order, principal);
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
    shard?: number,
  ): Promise<SubmitResult> {
    const { shards, keyDesk } = this.parts;
    if (key === undefined) return take(newDirectiveId(shards, shard));
    return keyDesk.once({ tenant, key, requestHash, directiveId: directiveIdOf(tenant, key, shards, shard) }, take);
  }

  private async take(
    {
      body,
      principal,
      traceparent,
      retryOf,
      earlier,
      resumption,
      planHash,
    }: Submission & Partial<Retry & RepeatedRequest> & Further,
    id: string,
    requestHash: string,
  ): Promise<SubmitResult> {
    checkRunAt(body);
    const house = houseRulesFor(this.parts.house, principal.tenant);
    const planned = await this.planExplicit(body, house);
    const asked = planned && earlier ? askAgain(planned, earlier) : planned;
    const resumed = asked && resumption && (await this.parts.resumes.decide(asked, resumption));
    const plan = resumed?.plan ?? asked;
    this.checkWorkflow(body);
    if (planHash !== undefined) await this.checkPlanHash(planHash, body, principal, plan);
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
    const takeOver: TakeOver = async () => resumed && this.parts.resumes.takeOver(resumed, draft);
    const isNew = await this.admit(draft, plan, takeOver);
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

  /** A workflow is planned after it was taken in: of one, it is what would be planned at this moment. */
  private async checkPlanHash(
    seen: string,
    body: SubmitDirective,
    principal: Principal,
    plan: Plan | undefined,
  ): Promise<void> {
    const hash = plan ? plan.hash : (await this.parts.dryPlanner.plan(body, principal)).planHash;
    if (hash === seen) return;
    throw new CocError('PLAN_CHANGED', `the plan would be ${hash} now: the catalog or the rules changed since`);
  }

  private checkWorkflow(body: SubmitDirective): void {
    if (body.workflow === undefined) return;
    const faults = this.parts.workflows.check(body.workflow, body.input);
    if (faults.length > 0) throw new CocError(faults[0]!.code, faults[0]!.detail, faults);
  }

  /** True when it is new. Under pressure nothing new is let in; who was accepted before gets its answer all the same. */
  private async admit(draft: DirectiveDraft, plan: Plan | undefined, takeOver: TakeOver): Promise<boolean> {
    const actions = plan && [...new Set(plan.tasks.map(({ action }) => action))];
    const refusal = this.parts.pressure.refusal(shardOfDirective(draft.id)!, actions);
    if (refusal) return this.findRepeat(draft, refusal);
    try {
      return await this.accept(draft, plan, takeOver);
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

  private async accept(draft: DirectiveDraft, plan: Plan | undefined, takeOver: TakeOver): Promise<boolean> {
    const { tenant, ref } = draft;
    const isReserved = ref !== null && (await this.reserveRef(draft, ref));
    const kept = await takeOver();
    const result = await this.parts.store.accept(draft, plan, kept).catch(async (error: unknown) => {
      // Nothing was accepted: large values are stored before the record is written, and a parent is looked at before that, too.
      if (isReserved && (isStoreUnavailable(error) || isFamilyRefusal(error)))
        await this.parts.refs.release(tenant, ref, draft.id);
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

  /** Before large values are stored; looked at once more as the child is accepted. */
  private async checkParent({ tenant }: Principal, parent: string | undefined): Promise<void> {
    const refusal = parent === undefined ? undefined : await this.parts.reader.childRefusal(tenant, parent);
    if (refusal) throw familyRefusal(refusal, parent!);
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

/** A child lives where its parent does, so that one script sees both. */
function shardOfParent(parent: string, shards: number): number {
  const shard = shardOfDirective(parent);
  if (shard === undefined || shard >= shards) throw familyRefusal('parent-unknown', parent);
  return shard;
}

/** A clock of ours that is a minute off does not matter here. */
function mismatch(): CocError {
  return new CocError('IDEMPOTENCY_MISMATCH', 'this Idempotency-Key was used for another request; use a new key');
}
