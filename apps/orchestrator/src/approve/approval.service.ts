import {
  CocError,
  isDirectiveId,
  microUsdFromUsd,
  type ApproveHold,
  type BudgetLedger,
  type GrantView,
  type HoldList,
  type HoldView,
  type Principal,
  type RaiseBudget,
  type ResolveHold,
} from '#libs/contracts';
import { refuseApprover } from '#libs/policy';
import type { QueueSender } from '#libs/queues';
import type {
  DirectiveOrders,
  FoundHold,
  GrantRegister,
  HoldDecision,
  HoldReader,
  HoldStore,
  LedgerReader,
  PayloadStore,
} from '#libs/state';
import type { Logger } from '#libs/telemetry';
import type { HoldEditor } from './hold.editor.js';
import { tellRoom } from '../tell-room.js';

export interface ApprovalParts {
  holds: HoldReader;
  store: HoldStore;
  grants: GrantRegister;
  ledgers: LedgerReader;
  orders: DirectiveOrders;
  editor: HoldEditor;
  payloads: PayloadStore;
  sender: QueueSender;
  logger: Logger;
}

type Word = Omit<HoldDecision, 'by'>;

/** What humans answer to tasks that wait for them. Every answer is checked against what the task would do now. */
export class ApprovalService {
  constructor(private readonly parts: ApprovalParts) {}

  async list({ tenant }: Principal, page: { limit: number; cursor?: string }): Promise<HoldList> {
    return this.parts.holds.list(tenant, page);
  }

  async show(principal: Principal, id: string): Promise<HoldView> {
    return (await this.find(principal, id)).view;
  }

  async approve(principal: Principal, id: string, answer: ApproveHold): Promise<HoldView> {
    const hold = await this.findOpen(principal, id, true);
    const { view } = hold;
    if (view.kind !== 'approval') throw wrongKind(view, 'resolve it, or raise the budget');
    if (answer.digest !== undefined && answer.digest !== view.digest) throw staleDigest(view);
    const { comment, scope } = answer;
    const edit = answer.input === undefined ? undefined : await this.parts.editor.edit(hold, answer.input);
    // What he changed it to may be riskier than what he was asked about.
    if (edit) assertMayAnswer(principal, view, edit.edited.score);
    const maxScore = Math.max(view.risk!.score, edit?.edited.score ?? 0);
    const grant = scope === 'task' ? {} : { maxScore };
    await this.decide(principal, hold, { decision: 'approve', comment, digest: view.digest, scope, ...edit, ...grant });
    if (scope === 'action') {
      const untilMs = Date.now() + answer.forMs;
      await this.parts.grants.give(principal.tenant, view.action, { maxScore, untilMs, by: principal.actor });
    }
    if (scope !== 'task') await this.letCoveredGo(principal, view, maxScore, scope);
    return this.show(principal, id);
  }

  async deny(principal: Principal, id: string, comment: string): Promise<HoldView> {
    const hold = await this.findOpen(principal, id, false);
    if (hold.view.kind !== 'approval') throw wrongKind(hold.view, 'resolve it with "fail"');
    await this.decide(principal, hold, { decision: 'deny', comment, digest: hold.view.digest });
    return this.show(principal, id);
  }

  async resolve(principal: Principal, id: string, { decision, output, comment }: ResolveHold): Promise<void> {
    const hold = await this.findOpen(principal, id, decision !== 'fail');
    if (hold.view.kind === 'approval') throw wrongKind(hold.view, 'approve or deny it');
    if (hold.view.kind === 'budget' && decision !== 'fail')
      throw wrongKind(hold.view, 'raise the budget, or "fail" it');
    if (output !== undefined) await this.parts.editor.checkOutput(hold, output);
    const { directiveId } = hold.view;
    const text = output === undefined ? '' : await this.parts.payloads.shelve(directiveId, JSON.stringify(output));
    await this.decide(principal, hold, { decision, comment, text });
  }

  async raiseBudget(principal: Principal, directiveId: string, wanted: RaiseBudget): Promise<BudgetLedger> {
    await this.ledger(principal, directiveId);
    assertApprover(principal, 'the budget stays as it is');
    const { maxCostUsd, maxTokens, comment } = wanted;
    await this.parts.store.raiseBudget(directiveId, {
      ...(maxCostUsd === undefined ? {} : { maxMicroUsd: microUsdFromUsd(maxCostUsd) }),
      ...(maxTokens === undefined ? {} : { maxTokens }),
      by: principal.actor,
      comment,
    });
    await this.wakeExecutor(principal.tenant, directiveId);
    return this.ledger(principal, directiveId);
  }

  async ledger({ tenant }: Principal, directiveId: string): Promise<BudgetLedger> {
    const ledger = await this.parts.ledgers.of(tenant, directiveId);
    if (!ledger) throw new CocError('NOT_FOUND', `there is no directive ${directiveId}`);
    return ledger;
  }

  /** Those of a directive, else those of the tenant. */
  async listGrants({ tenant }: Principal, directiveId?: string): Promise<GrantView[]> {
    if (directiveId === undefined) return this.parts.grants.list(tenant, Date.now());
    await this.assertDirective(tenant, directiveId);
    return this.parts.grants.listOf(directiveId);
  }

  async revokeGrant(principal: Principal, action: string, directiveId?: string): Promise<void> {
    assertApprover(principal, 'the grant stays');
    const { grants } = this.parts;
    if (directiveId !== undefined) await this.assertDirective(principal.tenant, directiveId);
    const wasThere = await (directiveId === undefined
      ? grants.revoke(principal.tenant, action)
      : grants.revokeOf(directiveId, action));
    if (!wasThere) throw new CocError('NOT_FOUND', `there is no grant for ${action}`);
  }

  private async assertDirective(tenant: string, directiveId: string): Promise<void> {
    const order = isDirectiveId(directiveId) ? await this.parts.orders.load(directiveId) : undefined;
    if (order?.tenant !== tenant) throw new CocError('NOT_FOUND', `there is no directive ${directiveId}`);
  }

  private async find({ tenant }: Principal, id: string): Promise<FoundHold> {
    const hold = await this.parts.holds.find(tenant, id);
    if (!hold) throw new CocError('NOT_FOUND', `there is no hold ${id}`);
    return hold;
  }

  private async findOpen(principal: Principal, id: string, isYes: boolean): Promise<FoundHold> {
    const hold = await this.find(principal, id);
    const { risk, decision } = hold.view;
    const refusal = refusalOf(principal, hold.view, risk?.score ?? null, isYes);
    if (refusal !== undefined) throw new CocError('FORBIDDEN', `${id} waits on: ${refusal}`);
    if (decision) throw new CocError('HOLD_ENDED', `${id} was ${decision.state} by ${decision.by} at ${decision.at}`);
    return hold;
  }

  /** What a grant covers and waits already goes, too, each for itself: as far as the one who gave it may answer it. */
  private async letCoveredGo(principal: Principal, given: HoldView, maxScore: number, scope: string): Promise<void> {
    for await (const hold of this.parts.holds.all(principal.tenant)) {
      const { action, directiveId, kind, risk } = hold.view;
      const isMeant = hold.coveredBy === 'any' || hold.coveredBy === scope;
      const isCovered = isMeant && kind === 'approval' && action === given.action && risk!.score <= maxScore;
      if (!isCovered || (scope === 'directive' && directiveId !== given.directiveId)) continue;
      if (refusalOf(principal, hold.view, risk!.score, true) !== undefined) continue;
      const comment = `covered by the grant given with ${given.id}`;
      await this.decide(principal, hold, { decision: 'approve', comment, digest: hold.view.digest }).catch(unlessEnded);
    }
  }

  private async decide(principal: Principal, { view, taskIndex, sinceMs }: FoundHold, word: Word): Promise<void> {
    const { directiveId } = view;
    await this.parts.store.decide({ directiveId, taskIndex, sinceMs }, { ...word, by: principal.actor });
    await this.wakeExecutor(principal.tenant, directiveId);
  }

  /** What follows is filed. */
  private async wakeExecutor(tenant: string, directiveId: string): Promise<void> {
    await tellRoom(this.parts, 'execute', { tenant, directiveId, traceparent: '' });
  }
}

function refusalOf(
  principal: Principal,
  { requestedBy }: HoldView,
  score: number | null,
  isYes: boolean,
): string | undefined {
  return refuseApprover({ principal, requestedBy, score }, isYes);
}

function assertMayAnswer(principal: Principal, view: HoldView, score: number): void {
  const refusal = refusalOf(principal, view, score, true);
  if (refusal !== undefined) throw new CocError('FORBIDDEN', `${view.id} waits on: ${refusal}`);
}

/** Somebody else was quicker. */
function unlessEnded(error: unknown): void {
  if (!(error instanceof CocError && error.code === 'HOLD_ENDED')) throw error;
}

/** For what is about no single task: whoever has the role, also the one who asked for it. */
function assertApprover(principal: Principal, otherwise: string): void {
  const refusal = refuseApprover({ principal, requestedBy: '', score: null }, true);
  if (refusal !== undefined) throw new CocError('FORBIDDEN', `${otherwise}: ${refusal}`);
}

function wrongKind({ id, kind }: HoldView, instead: string): CocError {
  return new CocError('TRANSITION_ILLEGAL', `${id} does not wait for that but for ${kind}: ${instead}`);
}

function staleDigest({ id, digest }: HoldView): CocError {
  return new CocError('DIGEST_STALE', `${id} is not what you saw: its digest is ${digest} now; read it again`);
}
