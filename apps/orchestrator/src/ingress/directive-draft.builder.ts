import { hash } from 'node:crypto';
import {
  microUsdFromUsd,
  type DirectiveBudget,
  type Principal,
  type Priority,
  type RetryDirective,
  type SubmitDirective,
} from '#libs/contracts';
import { canonicalJson, type HouseRules } from '#libs/policy';
import type { DirectiveDraft, DirectiveRequest } from '#libs/state';

const rankOf: Record<Priority, number> = { CRITICAL: 0, HIGH: 1, MEDIUM: 2, LOW: 3 };

export interface DraftOrigin {
  id: string;
  principal: Principal;
  traceparent: string;
  defaultTtlMs: number;
  house: HouseRules;
  /** Of the body, by `hashOfRequest`. */
  requestHash: string;
  retryOf?: string | undefined;
}

/** Two bodies with the same content are the same request, however they are written. */
export function hashOfRequest(
  body: SubmitDirective | ({ retryOf: string } & Pick<RetryDirective, 'from' | 'checkpoint'>),
): string {
  return hash('sha256', canonicalJson(body), 'base64url');
}

/** The record of a submission, ready to be accepted. */
export function buildDraft(body: SubmitDirective, origin: DraftOrigin): DirectiveDraft {
  const { input, output, labels, workflow, intent, policies, budget, priority, models, ttlMs, webhooks } = body;
  const request: DirectiveRequest = {
    input,
    output,
    workflow,
    intent,
    policies,
    budget,
    priority,
    models,
    ttlMs,
    webhooks,
  };
  return {
    id: origin.id,
    tenant: origin.principal.tenant,
    actor: origin.principal.actor,
    kind: body.tasks ? 'tasks' : body.workflow === undefined ? 'intent' : 'workflow',
    ref: body.ref ?? null,
    title: body.title ?? null,
    request: JSON.stringify(request),
    workflow: workflow ?? null,
    intent: intent ?? null,
    labels: labels ?? {},
    requestHash: origin.requestHash,
    priority: rankOf[body.priority ?? 'MEDIUM'],
    ttlMs: body.ttlMs ?? origin.defaultTtlMs,
    budgetMicroUsd: budget?.maxCostUsd === undefined ? null : microUsdFromUsd(budget.maxCostUsd),
    budgetTokens: budget?.maxTokens ?? null,
    terms: termsOf(budget, origin.house),
    traceparent: origin.traceparent,
    ...startOf(body),
    ...(body.parent === undefined ? {} : { parent: { id: body.parent, onEnd: body.onParentEnd ?? 'orphan' } }),
    ...(origin.retryOf === undefined ? {} : { retryOf: origin.retryOf }),
  };
}

function startOf({ start, runAt }: SubmitDirective): Pick<DirectiveDraft, 'startsAt'> {
  if (runAt !== undefined) return { startsAt: Date.parse(runAt) };
  return start === false ? { startsAt: 'order' } : {};
}

/** What the scripts act on besides the limits themselves. */
function termsOf({ warnAtPercent, onBudget }: DirectiveBudget = {}, house: HouseRules): string | null {
  const { maxConcurrentDirectives: slots, maxCostUsdPerDay } = house;
  const terms = {
    ...(warnAtPercent === undefined ? {} : { warnAtPercent }),
    ...(onBudget === undefined ? {} : { onBudget }),
    ...(slots === 0 ? {} : { slots }),
    ...(maxCostUsdPerDay === undefined ? {} : { dayMicroUsd: microUsdFromUsd(maxCostUsdPerDay) }),
  };
  return Object.keys(terms).length === 0 ? null : JSON.stringify(terms);
}
