import type { DirectiveEvent, DirectiveState, TaskState } from '#libs/contracts';

/** The form of `coc replay -o json`. Times are milliseconds since the directive's first event. */
export const storyVersion = 1;

/** What a task did from one moment to the next: `queued` and `running` belong to an attempt, the others lie between attempts. */
export const spanKinds = ['queued', 'running', 'held', 'deferred', 'retry', 'children'] as const;
export type SpanKind = (typeof spanKinds)[number];

export interface Span {
  kind: SpanKind;
  /** What it waited for, as the event says: a queue, `approval`, a budget; empty when nothing is named. */
  on: string;
  fromMs: number;
  /** Null while it lasts. */
  toMs: number | null;
}

export interface Attempt {
  attempt: number;
  queuedMs: number;
  /** Null when no start was seen. */
  startedMs: number | null;
  endedMs: number | null;
  /** Null while it is under way. */
  outcome: 'completed' | 'failed' | 'retried' | 'held' | 'expired' | 'cancelled' | null;
  code: string | null;
}

/** One task's part of the story. */
export interface Chapter {
  task: string;
  state: TaskState;
  isOver: boolean;
  /** When it could go: its first event. A task that nothing happened to yet has no chapter. */
  fromMs: number;
  toMs: number | null;
  spans: Span[];
  /** How long it was in each kind of span, up to `asOfMs` for the one that lasts. */
  spentMs: Record<SpanKind, number>;
  attempts: Attempt[];
  /** What its completed and failed attempts cost; what a retried one cost is only in the directive's total. */
  costUsd: number;
  code: string | null;
  /** The task because of which it was skipped. */
  because: string | null;
  /** The task whose end came right before it could go; null for a task that could go from the start. */
  letGoBy: string | null;
  /** Null when it is over. */
  waitsFor: { kind: string; on: string; sinceMs: number } | null;
}

/** A task on the longest chain. `ownMs` is what it adds: from the end of the one before it to its own. */
export interface ChainLink {
  task: string;
  toMs: number;
  ownMs: number;
}

export interface Story {
  directive: string;
  state: DirectiveState;
  isOver: boolean;
  kind: string | null;
  actor: string | null;
  ref: string | null;
  startsAt: string;
  /** The end, or the moment as of which the story is told. */
  asOfMs: number;
  costUsd: number;
  overrunUsd: number;
  code: string | null;
  /** Tasks that the plan has, those of fan-outs with them; open ones may have no chapter yet. */
  counts: { tasks: number; open: number; attempts: number } & Record<FinalCount, number>;
  steps: { atMs: number; event: DirectiveEvent }[];
  chapters: Chapter[];
  /** From the start to the task that ended last, or that is open for the longest; each was let go by the end of the one before. */
  chain: ChainLink[];
  /** The link of the chain that took longest. */
  waitedForMost: ChainLink | null;
  /** Numbers of events that the source does not have. */
  missing: { from: number; to: number }[];
}

export type FinalCount = 'succeeded' | 'failed' | 'skipped' | 'cancelled' | 'expired';
