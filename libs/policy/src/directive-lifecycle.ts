import type { DirectiveState } from '#libs/contracts';

/** DESIGN section 5: the seed's table, and what its own features need. A state with no way out is final. */
const transitions: Record<DirectiveState, readonly DirectiveState[]> = {
  PENDING: ['QUEUED', 'RUNNING', 'CANCELLED', 'FAILED', 'TIMEOUT', 'ORPHANED'],
  QUEUED: ['RUNNING', 'CANCELLED', 'FAILED', 'TIMEOUT', 'ORPHANED'],
  RUNNING: [
    'COMPLETED',
    'PARTIALLY_COMPLETED',
    'FAILED',
    'TIMEOUT',
    'PAUSED',
    'STOPPED',
    'DEGRADED',
    'CANCELLED',
    'ORPHANED',
  ],
  PAUSED: ['RUNNING', 'STOPPED', 'CANCELLED', 'FAILED', 'TIMEOUT', 'ORPHANED'],
  DEGRADED: [
    'RUNNING',
    'FAILED',
    'COMPLETED',
    'STOPPED',
    'CANCELLED',
    'PAUSED',
    'PARTIALLY_COMPLETED',
    'TIMEOUT',
    'ORPHANED',
  ],
  PARTIALLY_COMPLETED: ['RUNNING', 'COMPLETED', 'TIMEOUT', 'ORPHANED'],
  COMPLETED: [],
  FAILED: [],
  TIMEOUT: [],
  STOPPED: [],
  CANCELLED: [],
  ORPHANED: [],
};

export function allowedFrom(state: DirectiveState): readonly DirectiveState[] {
  return transitions[state];
}

export function isTransitionAllowed(from: DirectiveState, to: DirectiveState): boolean {
  return transitions[from].includes(to);
}

/** `failed` counts required tasks that did not succeed; a sink is a task without dependents. */
export interface CloseCounts {
  failed: number;
  sinksSucceeded: number;
}

/** How a directive ends when nothing of it is open: all that was required, some result, or none. */
export function decideClose(counts: CloseCounts): 'COMPLETED' | 'PARTIALLY_COMPLETED' | 'FAILED' {
  if (counts.failed === 0) return 'COMPLETED';
  return counts.sinksSucceeded > 0 ? 'PARTIALLY_COMPLETED' : 'FAILED';
}
