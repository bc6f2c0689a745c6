import type { Principal } from '#libs/contracts';
import { holdFromScore } from './risk/index.js';

export interface ApproverFacts {
  principal: Principal;
  /** Who submitted the directive. */
  requestedBy: string;
  /** Null for a hold that is not about risk. */
  score: number | null;
}

/** Why the principal may not answer the hold; undefined when he may. Nobody approves a high risk he asked for himself; he may say no to it. */
export function refuseApprover({ principal, requestedBy, score }: ApproverFacts, isYes: boolean): string | undefined {
  const mayDecide = principal.roles.some((role) => role === 'approver' || role === 'admin');
  if (!mayDecide) return `${principal.actor} has neither the role "approver" nor "admin"`;
  if (isYes && score !== null && score >= holdFromScore && principal.actor === requestedBy) {
    return `its risk is ${score} and ${principal.actor} asked for it, so somebody else has to approve it`;
  }
  return undefined;
}
