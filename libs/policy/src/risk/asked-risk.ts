import type { AskedRisk, Effect, Json, RiskTerms } from '#libs/contracts';
import { assessRisk } from './assess-risk.js';
import type { SharedWork } from './work-meter.js';
import { decideApproval } from './decide-approval.js';

export interface RiskSubject {
  action: string;
  effect: Effect;
  input: Json;
  /** The task itself asks for a human. */
  requested: boolean;
}

/** Why a human is asked before the task starts; undefined when nobody has to be. */
export function askedRisk(
  subject: RiskSubject,
  { policy, ...terms }: RiskTerms,
  shared?: SharedWork,
): AskedRisk | undefined {
  // Examining an input takes 20 to 50 µs.
  if (policy === 'never') return undefined;
  const { action, effect, input, requested } = subject;
  const assessment = assessRisk({ action, effect, input, ...terms }, shared);
  const { needed, reasons } = decideApproval({ policy, assessment, priority: terms.priority, requested });
  return needed ? { score: assessment.score, factors: assessment.factors, reasons } : undefined;
}
