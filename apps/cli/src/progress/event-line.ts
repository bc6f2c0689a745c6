import type { DirectiveEvent, Json } from '#libs/contracts';
import { formatUsd } from '../output/money.js';
import { printable } from '../output/printable.js';
import { holdEndOf, waitOf } from './fold-task.js';
import { describeWait } from './wait-reason.js';

const longestValue = 200;
const microUsd = 1_000_000;

/**
 * One transition on one line: `07:00:01.250 task.failed  embed[3]  attempt=1 code=TIMEOUT cost=$0.0012`. Times are UTC.
 * `expiresAt`, the end of the directive's time, is how long a held task may wait.
 */
export function formatEvent(event: DirectiveEvent, expiresAt?: string): string {
  const { type, task, data } = event;
  const facts = Object.entries(data).flatMap(([name, value]) => factsOf(name, value));
  const parts = [`${timeOf(event.timestamp)} ${type}`, task ?? '', facts.join(' '), waitText(event, expiresAt)];
  return printable(parts.filter((part) => part !== '').join('  '));
}

const timeOf = (timestamp: string) => timestamp.slice(11, 23);

/** What follows from the event in words, where it is a wait. */
function waitText({ type, task, data, directiveId }: DirectiveEvent, expiresAt: string | undefined): string {
  if (type === 'task.queued') return 'waits for a worker';
  if (type === 'task.retried' && typeof data['retryAtMs'] === 'number') {
    return `waits until ${timeOf(new Date(data['retryAtMs']).toISOString())}`;
  }
  if (type === 'directive.paused') return 'waits to be resumed';
  const wait = type === 'task.held' || type === 'task.deferred' ? waitOf(data) : null;
  if (wait === null) return '';
  const end = holdEndOf(data) ?? expiresAt;
  const until = end === undefined ? '' : `, until ${end} at most`;
  return `waits for ${describeWait(wait, [task ?? '', directiveId])}${until}`;
}

/** Lists and deep values stay in the event itself: `-o json` and the API have them. */
function factsOf(name: string, value: Json, depth = 0): string[] {
  if (value === null || Array.isArray(value)) return [];
  if (name === 'retryAtMs' || name === 'expiresAt' || value === '') return [];
  if (/[cC]ostMicroUsd$/.test(name) && typeof value === 'number')
    return value === 0 ? [] : [`cost=${formatUsd(value / microUsd)}`];
  if (typeof value !== 'object') return [`${name}=${shortText(String(value))}`];
  if (depth > 0) return [];
  return Object.entries(value).flatMap(([key, part]) => factsOf(`${name}.${key}`, part, depth + 1));
}

function shortText(text: string): string {
  const cut = text.length <= longestValue ? text : `${text.slice(0, longestValue - 1)}…`;
  return /[\s="]/.test(cut) || cut === '' ? JSON.stringify(cut) : cut;
}
