import type { Redis } from '#libs/redis';
import {
  actionOfQueue,
  usdFromMicroUsd,
  type DirectiveState,
  type DirectiveView,
  type Priority,
  type Shortage,
} from '#libs/contracts';
import { parseCounts, type CountName } from './counts.js';

/** What a view is made of. The submission itself is not: it may be 8 MB, and a list reads hundreds of records. */
const viewFields = [
  'tenant',
  'actor',
  'kind',
  'state',
  'closing',
  'ref',
  'title',
  'workflow',
  'intent',
  'labels',
  'priority',
  'planHash',
  'counts',
  'budgetMicroUsd',
  'budgetTokens',
  'errorCode',
  'errorMessage',
  'createdAt',
  'updatedAt',
  'startedAt',
  'finishedAt',
  'ttlAt',
  'limits',
  'start',
  'retryOf',
  'degraded',
  'parent',
] as const;

export type StoredDirective = Partial<Record<(typeof viewFields)[number], string>>;

/** Fields that are not set are left out; a directive that is not there has none. */
export async function readStored(redis: Redis, key: string): Promise<StoredDirective> {
  const values = await redis.hmget(key, ...viewFields);
  return Object.fromEntries(viewFields.flatMap((field, at) => (values[at] === null ? [] : [[field, values[at]]])));
}

const priorities: readonly Priority[] = ['CRITICAL', 'HIGH', 'MEDIUM', 'LOW'];

function time(text: string | undefined): string | null {
  return text === undefined || text === '' ? null : new Date(Number(text)).toISOString();
}

function textOf(value: string | undefined): string | null {
  return value === undefined || value === '' ? null : value;
}

function number(value: string | undefined): number {
  return Number(value ?? 0);
}

type Counts = Record<CountName, number>;

function budgetOf(stored: StoredDirective, counts: Counts): DirectiveView['budget'] {
  return {
    maxCostUsd: stored['budgetMicroUsd'] === undefined ? null : usdFromMicroUsd(number(stored['budgetMicroUsd'])),
    maxTokens: stored['budgetTokens'] === undefined ? null : number(stored['budgetTokens']),
    chargedUsd: usdFromMicroUsd(counts.chargedMicroUsd),
    reservedUsd: usdFromMicroUsd(counts.reservedMicroUsd),
    overrunUsd: usdFromMicroUsd(counts.overrunMicroUsd),
    chargedTokens: counts.chargedTokens,
    reservedTokens: counts.reservedTokens,
  };
}

/** `start` stands there until it is started. */
function startOf(start: string): DirectiveView['waitingOn'] {
  const { at } = JSON.parse(start) as { at: number };
  return at === 0 ? { kind: 'start', ref: '' } : { kind: 'time', ref: new Date(at).toISOString() };
}

function waitOf({ state, tenant = '', limits, start }: StoredDirective): DirectiveView['waitingOn'] {
  if (state === 'PENDING' && start !== undefined) return startOf(start);
  const { slot } = JSON.parse(limits ?? '{}') as { slot?: string };
  return state === 'QUEUED' && slot === 'asked' ? { kind: 'directives', ref: tenant } : null;
}

interface StoredShortage {
  reason: Shortage['reason'];
  task: string;
  queue: string;
  model?: string;
  since: number;
}

function shortagesOf(text: string | undefined): Shortage[] {
  const stored = text === undefined || text === '' ? [] : (JSON.parse(text) as StoredShortage[]);
  return stored.map(({ reason, task, queue, model, since }) => ({
    reason,
    task,
    action: actionOfQueue(queue) ?? queue,
    model: model ?? null,
    since: new Date(since).toISOString(),
  }));
}

/** The record of `d:<id>` as the API shows it. */
export function viewDirective(id: string, stored: StoredDirective): DirectiveView {
  const counts = parseCounts(stored['counts']);
  const { total, open, succeeded, failed, skipped, cancelled, expired } = counts;
  return {
    id,
    ref: textOf(stored['ref']),
    retryOf: textOf(stored['retryOf']),
    parent: textOf(stored['parent']),
    title: textOf(stored['title']),
    tenant: stored['tenant']!,
    actor: stored['actor']!,
    kind: stored['kind'] as DirectiveView['kind'],
    workflow: textOf(stored['workflow']),
    intent: textOf(stored['intent']),
    state: stored['state'] as DirectiveState,
    closing: textOf(stored['closing']) as DirectiveState | null,
    priority: priorities[number(stored['priority'])] ?? 'MEDIUM',
    labels: JSON.parse(stored['labels'] || '{}') as Record<string, string>,
    planHash: textOf(stored['planHash']),
    tasks: { total, open, succeeded, failed, skipped, cancelled, expired },
    budget: budgetOf(stored, counts),
    waitingOn: waitOf(stored),
    degraded: shortagesOf(stored['degraded']),
    error:
      textOf(stored['errorCode']) === null
        ? null
        : { code: stored['errorCode']!, message: stored['errorMessage'] ?? '' },
    lastSeq: counts.seq,
    createdAt: time(stored['createdAt'])!,
    updatedAt: time(stored['updatedAt'])!,
    startedAt: time(stored['startedAt']),
    finishedAt: time(stored['finishedAt']),
    expiresAt: time(stored['ttlAt'])!,
  };
}
