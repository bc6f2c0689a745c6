import type { AutomaticReason, DirectiveState } from '#libs/contracts';

/** A directive at one moment. */
export interface CheckpointMoment {
  state: DirectiveState;
  /** Tasks that are final. */
  ended: number;
  succeeded: number;
  atMs: number;
}

/** When a checkpoint is due; 0 is never. */
export interface CheckpointTerms {
  everyMs: number;
  everyTasks: number;
}

/**
 * Why a checkpoint is due, or undefined. `now.atMs` is when the directive started. Only what brought something new since `last` is worth one:
 * another state to go on from, or a task that succeeded.
 */
export function decideCheckpoint(
  now: CheckpointMoment,
  last: CheckpointMoment | undefined,
  { everyMs, everyTasks }: CheckpointTerms,
  nowMs: number,
): AutomaticReason | undefined {
  if (now.state !== 'RUNNING' && now.state !== 'DEGRADED') return undefined;
  if (now.state === 'DEGRADED' && last?.state !== 'DEGRADED') return 'degraded';
  if (now.succeeded <= (last?.succeeded ?? 0)) return undefined;
  if (everyTasks > 0 && now.ended - (last?.ended ?? 0) >= everyTasks) return 'tasks';
  return everyMs > 0 && nowMs - (last ?? now).atMs >= everyMs ? 'interval' : undefined;
}
