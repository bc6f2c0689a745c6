import type { ApprovalPolicy, Priority } from '#libs/contracts';
import type { RiskAssessment } from './assess-risk.js';
import { holdFromScore } from './risk-factors.js';

export interface ApprovalFacts {
  policy: ApprovalPolicy;
  assessment: Pick<RiskAssessment, 'score' | 'declared'>;
  priority: Priority;
  /** The task itself asks for a human. */
  requested: boolean;
}

export interface ApprovalDecision {
  needed: boolean;
  /** Short sentences for people; empty when no approval is needed. */
  reasons: string[];
}

/**
 * Whether a task waits for a human before it starts.
 *
 * | policy           | waits                                                        |
 * |------------------|--------------------------------------------------------------|
 * | `never`          | never                                                        |
 * | `on-request`     | when the task asks                                           |
 * | `auto`           | from a score of 60, declared high, CRITICAL, or when it asks |
 * | `{ threshold }`  | from that score, or when it asks                             |
 * | `always`         | always                                                       |
 */
export function decideApproval(facts: ApprovalFacts): ApprovalDecision {
  if (facts.policy === 'never') return { needed: false, reasons: [] };
  const reasons = [...(facts.requested ? ['The task asks for approval.'] : []), ...reasonsOfPolicy(facts)];
  return { needed: reasons.length > 0, reasons };
}

function reasonsOfPolicy({ policy, assessment, priority }: ApprovalFacts): string[] {
  if (policy === 'always') return ['The policy asks for approval of every task.'];
  if (policy === 'auto') return reasonsOfRisk(assessment, priority);
  if (typeof policy === 'string') return [];
  return reasonsOfScore(assessment.score, policy.threshold);
}

function reasonsOfRisk({ score, declared }: ApprovalFacts['assessment'], priority: Priority): string[] {
  return [
    ...reasonsOfScore(score, holdFromScore),
    ...(declared === 'high' ? ['The task is declared high risk.'] : []),
    ...(priority === 'CRITICAL' ? ['The directive is CRITICAL.'] : []),
  ];
}

function reasonsOfScore(score: number, threshold: number): string[] {
  return score >= threshold ? [`The risk score is ${score}; from ${threshold} on approval is needed.`] : [];
}
