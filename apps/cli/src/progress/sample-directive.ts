import { DirectiveEvent, DirectiveView, TaskView } from '#libs/contracts';

const startedAt = '2026-11-21T07:00:00.000Z';
export const sampleId = 'd0_01JD6Z0000000000000000000A';

/** A directive as the server would answer it, checked against the contract; for specs and recorded answers. */
export function aDirective(parts: Partial<DirectiveView> = {}): DirectiveView {
  return DirectiveView.parse({
    id: sampleId,
    ref: null,
    title: 'Index the docs',
    tenant: 'local',
    actor: 'local',
    kind: 'tasks',
    workflow: null,
    intent: null,
    state: 'RUNNING',
    closing: null,
    priority: 'MEDIUM',
    labels: {},
    planHash: null,
    tasks: { total: 3, open: 2, succeeded: 1, failed: 0, skipped: 0, cancelled: 0, expired: 0 },
    budget: {
      maxCostUsd: null,
      maxTokens: null,
      chargedUsd: 0,
      reservedUsd: 0,
      overrunUsd: 0,
      chargedTokens: 0,
      reservedTokens: 0,
    },
    error: null,
    lastSeq: 0,
    createdAt: startedAt,
    updatedAt: startedAt,
    startedAt,
    finishedAt: null,
    expiresAt: '2026-11-22T07:00:00.000Z',
    ...parts,
  });
}

export function aTask(parts: Partial<TaskView> & { id: string }): TaskView {
  return TaskView.parse({
    index: 0,
    action: 'rag.embed',
    actionVersion: '1',
    dependsOn: [],
    optional: false,
    parent: null,
    state: 'waiting',
    attempt: 1,
    owner: null,
    since: null,
    deadline: null,
    waitingOn: null,
    error: null,
    costUsd: 0,
    tokens: 0,
    ...parts,
  });
}

export function anEvent(seq: number, parts: Partial<DirectiveEvent> = {}): DirectiveEvent {
  return DirectiveEvent.parse({
    directiveId: sampleId,
    seq,
    type: 'task.started',
    timestamp: '2026-11-21T07:00:01.250Z',
    task: 'embed',
    data: {},
    ...parts,
  });
}
