import { type DirectiveEvent, usdFromMicroUsd } from '#libs/contracts';
import { formatUsd } from '../output/money.js';
import { printable } from '../output/printable.js';

/** Under the names of the executor's audit: what became of each attempt. */
export interface AuditEntry {
  event: 'execute_enqueued' | 'execute_retry' | 'execute_failed' | 'execute_done';
  timestamp: string;
  directive: string;
  task: string | null;
  attempt: number | null;
  costUsd: number | null;
  reason: string | null;
}

const names: Record<string, AuditEntry['event']> = {
  'task.queued': 'execute_enqueued',
  'task.retried': 'execute_retry',
  'task.failed': 'execute_failed',
  'task.expired': 'execute_failed',
  'task.completed': 'execute_done',
};
const widest = Math.max(...Object.values(names).map(({ length }) => length));

/** Undefined for an event that is not in the view. */
export function viewEvent({ type, timestamp, directiveId, task, data }: DirectiveEvent): AuditEntry | undefined {
  const event = names[type];
  if (event === undefined) return undefined;
  const { attempt, costMicroUsd } = data;
  return {
    event,
    timestamp,
    directive: directiveId,
    task,
    attempt: typeof attempt === 'number' ? attempt : null,
    costUsd: typeof costMicroUsd === 'number' ? usdFromMicroUsd(costMicroUsd) : null,
    reason: reasonOf(data),
  };
}

/** The executor's words, else the error itself: an action that was refused has no more. */
function reasonOf({ reason, code, message }: DirectiveEvent['data']): string | null {
  if (typeof reason === 'string') return reason;
  if (typeof code !== 'string') return null;
  return typeof message === 'string' ? `${code}: ${message}` : code;
}

/** One line; `-` for what an event does not have. */
export function renderEntry({ event, timestamp, directive, task, attempt, costUsd, reason }: AuditEntry): string {
  const cost = costUsd === null ? '-' : formatUsd(costUsd);
  const cells = [event.padEnd(widest), timestamp, directive, task ?? '-', String(attempt ?? '-'), cost, reason ?? '-'];
  return `${cells.map(printable).join('  ')}\n`;
}
