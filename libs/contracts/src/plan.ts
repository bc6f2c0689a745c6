import type { Effect } from './action.js';
import type { Json } from './json.js';
import type { FanOut } from './task.js';

/**
 * One task of a committed plan. Everything the executor's law needs is decided once, here; `index` is the task's key.
 * Money is integer micro-USD, `dependents` are indexes.
 */
export interface PlannedTask {
  index: number;
  id: string;
  action: string;
  actionVersion: string;
  effect: Effect;
  input: Json;
  dependsOn: number[];
  dependents: number[];
  optional: boolean;
  forEach?: FanOut;
  /** Indexes of tasks whose outputs the input or the fan-out list refers to. */
  references: number[];
  timeoutMs: number;
  ttlMs: number | null;
  maxRetries: number;
  retryDelayMs: number;
  maxCostMicroUsd: number;
  maxTokens: number;
  model: string | null;
  needsApproval: boolean;
  parent?: number;
  item?: Json;
}

/** The DAG of tasks decided for a directive; data, pinned by the hash of its content. */
export interface Plan {
  tasks: PlannedTask[];
  edges: number;
  hash: string;
  roots: number[];
}
