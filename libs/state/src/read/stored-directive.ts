import { usdFromMicroUsd, type DirectiveState, type DirectiveView, type Priority } from '#libs/contracts';

export type StoredDirective = Record<string, string>;

const priorities: readonly Priority[] = ['CRITICAL', 'HIGH', 'MEDIUM', 'LOW'];

function time(text: string | undefined): string | null {
  return text === undefined || text === '' || text === '0' ? null : new Date(Number(text)).toISOString();
}

function textOf(value: string | undefined): string | null {
  return value === undefined || value === '' ? null : value;
}

function number(value: string | undefined): number {
  return Number(value ?? 0);
}

function countsOf(stored: StoredDirective): DirectiveView['tasks'] {
  const [total, open, succeeded, failed] = [stored['total'], stored['open'], stored['succeeded'], stored['failed']].map(
    number,
  ) as [number, number, number, number];
  return {
    total,
    open,
    succeeded,
    failed,
    skipped: number(stored['skipped']),
    cancelled: number(stored['cancelled']),
    expired: number(stored['expired']),
  };
}

function budgetOf(stored: StoredDirective): DirectiveView['budget'] {
  return {
    maxCostUsd: stored['budgetMicroUsd'] === undefined ? null : usdFromMicroUsd(number(stored['budgetMicroUsd'])),
    maxTokens: stored['budgetTokens'] === undefined ? null : number(stored['budgetTokens']),
    chargedUsd: usdFromMicroUsd(number(stored['chargedMicroUsd'])),
    reservedUsd: usdFromMicroUsd(number(stored['reservedMicroUsd'])),
    overrunUsd: usdFromMicroUsd(number(stored['overrunMicroUsd'])),
    chargedTokens: number(stored['chargedTokens']),
    reservedTokens: number(stored['reservedTokens']),
  };
}

/** The record of `d:<id>` as the API shows it. */
export function viewDirective(stored: StoredDirective): DirectiveView {
  const request = JSON.parse(stored['request'] || '{}') as {
    labels?: Record<string, string>;
    workflow?: string;
    intent?: string;
  };
  const decided = JSON.parse(stored['decided'] || '{}') as { workflow?: string };
  return {
    id: stored['id']!,
    ref: textOf(stored['ref']),
    title: textOf(stored['title']),
    tenant: stored['tenant']!,
    actor: stored['actor']!,
    kind: stored['kind'] as DirectiveView['kind'],
    workflow: request.workflow ?? decided.workflow ?? null,
    intent: request.intent ?? null,
    state: stored['state'] as DirectiveState,
    closing: textOf(stored['closing']) as DirectiveState | null,
    priority: priorities[number(stored['priority'])] ?? 'MEDIUM',
    labels: request.labels ?? {},
    planHash: textOf(stored['planHash']),
    tasks: countsOf(stored),
    budget: budgetOf(stored),
    error:
      textOf(stored['errorCode']) === null
        ? null
        : { code: stored['errorCode']!, message: stored['errorMessage'] ?? '' },
    lastSeq: number(stored['seq']),
    createdAt: time(stored['createdAt'])!,
    updatedAt: time(stored['updatedAt'])!,
    startedAt: time(stored['startedAt']),
    finishedAt: time(stored['finishedAt']),
    expiresAt: time(stored['ttlAt'])!,
  };
}
