import { CocError, type Principal } from '#libs/contracts';

/** Who asks, and what of his credential decides more than his roles do. */
export interface Caller {
  principal: Principal;
  /** Has the owner's key: may say by which name he acts, and make the first key of a tenant. */
  isOwner: boolean;
  /** Whether his credential still says the same, for what stays open after the request. */
  isStillGood: () => Promise<boolean>;
}

/** What a request without a good credential is told: never which part of it was wrong. */
export function unauthenticated(detail: string, cause?: unknown): CocError {
  return new CocError('UNAUTHENTICATED', detail, [], { cause });
}
