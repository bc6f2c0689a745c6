import { ulid } from 'ulid';
import { ActionRecord, formatAttemptId, formatDirectiveId, type AttemptId, type TaskSpec } from '#libs/contracts';
import { SchemaValidator, catalogLookup, decidePlan } from '#libs/policy';
import type { DirectiveDraft, Settlement } from '#libs/state';

const actions = [
  { name: 'test.echo', effect: 'pure' },
  { name: 'test.other', effect: 'pure' },
  { name: 'test.paid', effect: 'pure', maxCostUsd: null },
  { name: 'test.risky', effect: 'pure', risk: 'high' },
  { name: 'test.once', effect: 'once' },
  { name: 'test.rated', effect: 'pure', rate: { limit: 1, perMs: 2 } },
].map((draft) => ActionRecord.parse(draft));
const catalog = catalogLookup(actions, new SchemaValidator());

export const queue = 'test.echo.0';

type Plan = Extract<ReturnType<typeof decidePlan>, { plan: unknown }>['plan'];

/** The real plan of a task list; `test.echo` is free, `test.paid` costs what its task's budget says, `test.risky` needs approval. */
export function planOf(tasks: TaskSpec[]): Plan {
  const decision = decidePlan({ tasks }, catalog);
  if ('faults' in decision) throw new Error(JSON.stringify(decision.faults));
  return decision.plan;
}

export function echo(id: string, dependsOn: string[] = [], extra: Partial<TaskSpec> = {}): TaskSpec {
  return { id, action: 'test.echo', input: id, dependsOn, ...extra };
}

export function aDraft(overrides: Partial<DirectiveDraft> = {}): DirectiveDraft {
  return {
    id: formatDirectiveId(0, ulid()),
    tenant: 'local',
    actor: 'tester',
    kind: 'tasks',
    ref: null,
    title: null,
    request: '{}',
    workflow: null,
    intent: null,
    labels: {},
    requestHash: 'hash',
    priority: 2,
    ttlMs: 3_600_000,
    budgetMicroUsd: null,
    budgetTokens: null,
    traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01',
    ...overrides,
  };
}

export function outcome(attempt: AttemptId, overrides: Partial<Settlement> = {}): Settlement {
  const { directiveId, taskIndex, attempt: number, nonce } = attempt;
  return {
    attempt: { directiveId, taskIndex, attempt: number, nonce },
    verdict: 'succeeded',
    detail: { started: true, version: '1' },
    outputText: '"out"',
    ...overrides,
  };
}

export function failure(attempt: AttemptId, detail: Partial<Settlement['detail']> = {}): Settlement {
  const fault = { started: true, code: 'BROKE', message: 'it broke', class: 'permanent', reason: 'it broke' };
  return outcome(attempt, { verdict: 'failed', detail: { ...fault, ...detail }, outputText: '' });
}

export function jobIdOf(attempt: AttemptId): string {
  return formatAttemptId(attempt);
}
