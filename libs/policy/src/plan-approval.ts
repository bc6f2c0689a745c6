import type { ActionRecord, ApprovalPolicy, PlannedTask, TaskSpec } from '#libs/contracts';
import { defaultInput } from './plan-inputs.js';
import type { PlanRequest } from './plan-request.js';
import { askedRisk } from './risk/index.js';

type Asked = Pick<PlannedTask, 'risk' | 'riskTerms'>;

/**
 * Whether the task waits for a human before it starts, by what is known of it now. Where its input is known at dispatch only, what
 * is needed to decide then. A fan-out's items are known later, too.
 */
export function planApproval(request: PlanRequest, task: TaskSpec, action: ActionRecord, isDynamic: boolean): Asked {
  const policy = policyOf(request);
  const { priority = 'MEDIUM' } = request;
  const { effect, network, risk: declared } = action;
  const terms = { policy, priority, network, declared, ...(task.risk === undefined ? {} : { own: task.risk }) };
  const subject = { action: action.name, effect, input: task.input ?? defaultInput };
  const risk = askedRisk({ ...subject, requested: task.approval === true }, terms);
  if (risk) return { risk };
  const mayStillBeNeeded = isDynamic && policy !== 'never' && policy !== 'on-request';
  return mayStillBeNeeded ? { riskTerms: terms } : {};
}

function policyOf({ policies, house }: PlanRequest): ApprovalPolicy {
  const policy = policies?.approval ?? 'auto';
  return policy === 'auto' && house?.allowHighRisk === true ? 'on-request' : policy;
}
