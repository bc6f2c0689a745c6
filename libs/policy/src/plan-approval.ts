import type { ActionRecord, ApprovalPolicy, PlannedTask, TaskSpec } from '#libs/contracts';
import { defaultInput } from './plan-inputs.js';
import type { PlanRequest } from './plan-request.js';
import { assessRisk, decideApproval } from './risk/index.js';

type Asked = Pick<PlannedTask, 'risk' | 'riskTerms'>;

/**
 * Whether the task waits for a human before it starts, by what is known of it now. Where its input is known at dispatch only, what
 * is needed to decide then. A fan-out's items are known later, too.
 */
export function planApproval(request: PlanRequest, task: TaskSpec, action: ActionRecord, isDynamic: boolean): Asked {
  const policy = policyOf(request);
  const { priority = 'MEDIUM' } = request;
  const { effect, network, risk: declared } = action;
  const terms = { priority, network, declared, ...(task.risk === undefined ? {} : { own: task.risk }) };
  const assessment = assessRisk({ action: action.name, effect, input: task.input ?? defaultInput, ...terms });
  const decision = decideApproval({ policy, assessment, priority, requested: task.approval === true });
  if (decision.needed) {
    const { score, factors } = assessment;
    return { risk: { score, factors, reasons: decision.reasons } };
  }
  const mayStillBeNeeded = isDynamic && policy !== 'never' && policy !== 'on-request';
  return mayStillBeNeeded ? { riskTerms: { policy, ...terms } } : {};
}

function policyOf({ policies, house }: PlanRequest): ApprovalPolicy {
  const policy = policies?.approval ?? 'auto';
  return policy === 'auto' && house?.allowHighRisk === true ? 'on-request' : policy;
}
