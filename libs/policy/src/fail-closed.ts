import type { PolicyFailure } from './policy-failure.js';

/** A decision that throws is a no, with the reason: the task fails instead of going without one, or of being tried for ever. */
export function failClosed<Decision>(decide: () => Decision): Decision | { failure: PolicyFailure } {
  try {
    return decide();
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    return { failure: { code: 'POLICY_FAILED', message: `the policy could not decide about the task: ${reason}` } };
  }
}
