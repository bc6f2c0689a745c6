import type { HistoryLine } from '../rig/history-line.js';
import type { QueueEntry } from '../rig/queue-entry.js';
import type { LedgerLine } from '../witness/ledger-line.js';

/** One event of a directive as it stands in its stream. */
export interface StoredEvent {
  seq: number;
  atMs: number;
  /** Events of one call of a script have the same number: between them there is no moment. */
  call: number;
  type: string;
  task: string | null;
  data: Record<string, unknown>;
}

/** All that Redis holds of a directive. */
export interface StoredDirective {
  id: string;
  record: Record<string, string>;
  tasks: Record<string, string>;
  plan: Record<string, string>;
  events: StoredEvent[];
}

/** What should be empty when nothing is at work. */
export interface Leftover {
  key: string;
  members: string[];
}

/** All that a run left behind. The checker knows nothing else. */
export interface Evidence {
  history: HistoryLine[];
  ledger: LedgerLine[];
  directives: StoredDirective[];
  /** What an observer saw in the worker queues' streams; what was trimmed or destroyed before it looked is missing. */
  queueEntries: QueueEntry[];
  leftovers: Leftover[];
}

/** Something that must not be. `invariant` is its number in chaos/README.md, with a name. */
export interface Violation {
  invariant: string;
  directive: string | null;
  task: string | null;
  message: string;
  evidence: unknown;
}

/** What must hold of a run; answers where it does not. */
export type Check = (evidence: Evidence) => Violation[];

/** The same invariant, again and again. */
export function violationOf(
  invariant: string,
): (directive: string | null, task: string | null, message: string, evidence: unknown) => Violation {
  return (directive, task, message, evidence) => ({ invariant, directive, task, message, evidence });
}
