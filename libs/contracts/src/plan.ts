import type { Effect } from './action.js';
import type { Json } from './json.js';
import type { ApprovalPolicy, Backoff } from './policies.js';
import type { RiskLevel } from './action.js';
import type { Priority } from './directive.js';
import type { FanOut } from './task.js';

/** What a human is told who is asked. */
export interface AskedRisk {
  score: number;
  factors: { factor: string; points: number; detail: string }[];
  reasons: string[];
  /** Its effect may come twice. No grant covers it but, of a fan-out's children, one of their directive. */
  ungranted?: boolean;
}

export interface RiskTerms {
  policy: ApprovalPolicy;
  priority: Priority;
  network: boolean;
  declared: RiskLevel;
  own?: RiskLevel;
  /** The task itself asks for a human. */
  requested?: boolean;
}

/** What the home slot of a tenant gives: to tasks a turn under a rate or a place under a concurrency key, to directives a place or money. */
export type PermitKind = 'rate' | 'concurrency' | 'directives' | 'spend' | 'overspend' | 'undraw';

/** What a task borrows from its tenant's home slot for each attempt: one of `max` places, or one of `max` turns in `perMs`. */
export interface Permit {
  kind: 'rate' | 'concurrency';
  key: string;
  max: number;
  perMs?: number;
}

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
  /** Indexes of tasks whose outputs the input, the fan-out list or the condition refers to. */
  references: number[];
  timeoutMs: number;
  ttlMs: number | null;
  maxRetries: number;
  retryDelayMs: number;
  maxCostMicroUsd: number;
  maxTokens: number;
  backoff: Backoff;
  maxRetryDelayMs: number;
  /** In order of preference; an attempt uses the next one, the last stays. Empty: the action uses none. */
  models: string[];
  continueOnFailure: boolean;
  when?: string;
  /** Set when it waits for a human's word before it starts. */
  risk?: AskedRisk;
  /** Set when its input is known at dispatch only, and decides then whether it must wait. */
  riskTerms?: RiskTerms;
  approvalTtlMs: number | null;
  permits?: Permit[];
  /** Of a retry: the effect key of the task that it repeats, so that what is keyed happens once over both. */
  effectKey?: string;
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
