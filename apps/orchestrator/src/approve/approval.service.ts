import {
  CocError,
  microUsdFromUsd,
  type ApproveHold,
  type BudgetLedger,
  type GrantView,
  type HoldList,
  type HoldView,
  type Json,
  type Principal,
  type RaiseBudget,
  type ResolveHold,
} from '#libs/contracts';
import { SchemaValidator, refuseApprover } from '#libs/policy';
import type { QueueSender } from '#libs/queues';
import { replaceInput } from '#libs/state';
import type {
  ActionCatalog,
  FoundHold,
  GrantRegister,
  HoldDecision,
  HoldReader,
  HoldStore,
  LedgerReader,
} from '#libs/state';
import type { Logger } from '#libs/telemetry';
import { tellRoom } from '../tell-room.js';

export interface ApprovalParts {
  holds: HoldReader;
  store: HoldStore;
  grants: GrantRegister;
  ledgers: LedgerReader;
  actions: ActionCatalog;
  sender: QueueSender;
  logger: Logger;
}

type Word = Omit<HoldDecision, 'by'>;

/** What humans answer to tasks that wait for them. Every answer is checked against what the task would do now. */
export class ApprovalService {
  private readonly validator = new SchemaValidator();

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
    const { score } = view.risk!;
    const text = answer.input === undefined ? '' : await this.edit(hold, answer.input);
    await this.decide(principal, hold, {
      decision: 'approve',
      comment: answer.comment,
      digest: view.digest,
      scope: answer.scope,
      text,
      ...(answer.scope === 'task' ? {} : { maxScore: score }),
    });
    if (answer.scope === 'action') {
      const until = new Date(Date.now() + answer.forMs).toISOString();
      await this.parts.grants.give(principal.tenant, {
        action: view.action,
        maxScore: score,
        until,
        by: principal.actor,
      });
    }
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
    const text = output === undefined ? '' : JSON.stringify(output);
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

  async listGrants({ tenant }: Principal): Promise<GrantView[]> {
    return this.parts.grants.list(tenant, Date.now());
  }

  async revokeGrant(principal: Principal, action: string): Promise<void> {
    assertApprover(principal, 'the grant stays');
    const wasThere = await this.parts.grants.revoke(principal.tenant, action);
    if (!wasThere) throw new CocError('NOT_FOUND', `there is no grant for ${action}`);
  }

  private async find({ tenant }: Principal, id: string): Promise<FoundHold> {
    const hold = await this.parts.holds.find(tenant, id);
    if (!hold) throw new CocError('NOT_FOUND', `there is no hold ${id}`);
    return hold;
  }

  private async findOpen(principal: Principal, id: string, isYes: boolean): Promise<FoundHold> {
    const hold = await this.find(principal, id);
    const { requestedBy, risk, decision } = hold.view;
    const refusal = refuseApprover({ principal, requestedBy, score: risk?.score ?? null }, isYes);
    if (refusal !== undefined) throw new CocError('FORBIDDEN', `${id} waits on: ${refusal}`);
    if (decision) throw new CocError('HOLD_ENDED', `${id} was ${decision.state} by ${decision.by} at ${decision.at}`);
    return hold;
  }

  /** The spec with another input, which has to match the action's schema as any other. */
  private async edit({ specText, view }: FoundHold, input: Json): Promise<string> {
    const action = await this.parts.actions.get(view.action, view.actionVersion);
    if (!action)
      throw new CocError('ACTION_UNKNOWN', `${view.action}@${view.actionVersion} is no longer in the catalog`);
    const faults = this.validator.validate(action.input, input);
    if (faults.length > 0) {
      const listed = faults.map(({ pointer, detail }) => ({
        pointer: `/input${pointer}`,
        code: 'INPUT_INVALID' as const,
        detail,
      }));
      throw new CocError('INPUT_INVALID', `the edited input is not what ${view.action} takes`, listed);
    }
    return replaceInput(specText, input);
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
