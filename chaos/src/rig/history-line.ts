/** What the load meant to become of a directive. */
export interface Expectation {
  /** Meant to end COMPLETED: nothing of the load's own doing stands in the way. */
  completes: boolean;
  /** The output's `value`, where it is known beforehand. */
  value?: number;
}

/** A task as it was submitted, as far as the checker looks at it. */
export interface SubmittedTask {
  id: string;
  action: string;
  dependsOn?: string[];
  optional?: boolean;
  continueOnFailure?: boolean;
  input?: Record<string, unknown>;
  forEach?: unknown;
  maxRetries?: number;
  retryDelayMs?: number;
  backoff?: string;
  ttlMs?: number;
  risk?: string;
  budget?: { maxCostUsd?: number };
  concurrency?: { key: string; limit: number };
}

export interface SubmittedBody {
  tasks: SubmittedTask[];
  output?: unknown;
  ttlMs?: number;
  budget?: { maxCostUsd?: number; onBudget?: string };
  policies?: { maxRetries?: number; retryDelayMs?: number; backoff?: string; approval?: unknown };
  labels: Record<string, string>;
  priority?: string;
}

export type HistoryEntry =
  | { kind: 'submit'; key: string; shape: string; tenant: string; body: SubmittedBody; expect: Expectation }
  | { kind: 'accepted'; key: string; id: string }
  | { kind: 'refused'; key: string; status: number; answer: unknown }
  | { kind: 'catalog'; actions: Record<string, { effect: string; maxCostUsd: number | null }> }
  | { kind: 'seen'; tenant: string; ids: string[] }
  | { kind: 'asked'; order: string; id: string; detail?: unknown }
  | { kind: 'answered'; order: string; id: string; status: number; detail?: unknown }
  | { kind: 'fault'; name: string; detail: Record<string, unknown> }
  | { kind: 'life'; name: string; role: string; pid: number; startedAtMs: number; by: string; end: string }
  | { kind: 'phase'; phase: 'load' | 'faults-over' | 'drained' | 'not-drained'; detail?: unknown };

/** `atMs`: the harness's clock. */
export type HistoryLine = { atMs: number } & HistoryEntry;
