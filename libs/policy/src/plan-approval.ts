import type { ActionRecord, ApprovalPolicy, PlannedTask, TaskSpec } from '#libs/contracts';
import { inputOfTask } from './plan-inputs.js';
import type { PlanRequest } from './plan-request.js';
import { askedRisk, type SharedWork } from './risk/index.js';

type Asked = Pick<PlannedTask, 'risk' | 'riskTerms'>;

/**
 * Whether the task waits for a human before it starts. Where its input is known at dispatch only, what is needed to decide then: a human is
 * to see the risk of what would run, not of its template. A fan-out's items are known later, too.
 */
export function planApproval(
  request: PlanRequest,
  task: TaskSpec,
  action: ActionRecord,
  isDynamic: boolean,
  shared?: SharedWork,
): Asked {
  const policy = policyOf(request);
  const { priority = 'MEDIUM' } = request;
  const { effect, network, risk: declared } = action;
  const requested = task.approval === true;
  const terms = { policy, priority, network, declared, ...(task.risk === undefined ? {} : { own: task.risk }) };
  if (isDynamic) {
    const mayBeAsked = policy !== 'never' && (policy !== 'on-request' || requested);
    return mayBeAsked ? { riskTerms: { ...terms, ...(requested ? { requested } : {}) } } : {};
  }
  const risk = askedRisk({ action: action.name, effect, input: inputOfTask(task), requested }, terms, shared);
  return risk ? { risk } : {};
}

function policyOf({ policies, house }: PlanRequest): ApprovalPolicy {
  const policy = policies?.approval ?? 'auto';
  return policy === 'auto' && house?.allowHighRisk === true ? 'on-request' : policy;
}
