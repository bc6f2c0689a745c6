import type { HistoryLine, SubmittedBody } from '../rig/history-line.js';
import type { LedgerLine } from '../witness/ledger-line.js';
import type { Evidence, StoredDirective, StoredEvent } from './evidence.js';

export const id = 'd0_01HANDMADE0000000000000000';
const acceptedMs = 1_000_000;
const at = (ms: number): number => acceptedMs + ms;

const body: SubmittedBody = {
  tasks: [
    { id: 'a', action: 'chaos.pure', input: { add: 1 }, maxRetries: 1, retryDelayMs: 200, backoff: 'fixed' },
    {
      id: 'b',
      action: 'chaos.costed',
      input: { add: 2, parts: [{ $task: 'a', path: '/value' }] },
      concurrency: { key: 'k', limit: 1 },
    },
    { id: 'c', action: 'chaos.once', dependsOn: ['b'], input: { add: 3 }, risk: 'high' },
  ],
  budget: { maxCostUsd: 0.015 },
  labels: { key: 'k1' },
};

type Told = [call: number, ms: number, type: string, task: string | null, data?: Record<string, unknown>];

/** `a` is lost once, `b` costs something, `c` starts after a human's yes. */
const story: readonly Told[] = [
  [0, 0, 'directive.accepted', null],
  [0, 0, 'directive.planned', null, { tasks: 3 }],
  [1, 5, 'directive.started', null],
  [1, 5, 'task.queued', 'a', { attempt: 1 }],
  [2, 9_000, 'task.started', 'a', { attempt: 1 }],
  [2, 9_000, 'task.retried', 'a', { attempt: 1, costMicroUsd: 0, retryAtMs: at(9_200) }],
  [3, 9_210, 'task.queued', 'a', { attempt: 2 }],
  [4, 9_300, 'task.completed', 'a', { attempt: 2, costMicroUsd: 0 }],
  [4, 9_300, 'task.queued', 'b', { attempt: 1 }],
  [5, 9_400, 'directive.paused', null],
  [6, 9_500, 'task.completed', 'b', { attempt: 1, costMicroUsd: 400 }],
  [7, 9_600, 'directive.resumed', null],
  [8, 9_610, 'task.held', 'c', { kind: 'approval', expiresAt: at(90_000) }],
  [9, 9_700, 'task.approved', 'c', { by: 'approver' }],
  [10, 9_710, 'task.queued', 'c', { attempt: 1 }],
  [11, 9_800, 'task.completed', 'c', { attempt: 1, costMicroUsd: 0 }],
  [11, 9_800, 'directive.completed', null],
];

function eventOf([call, ms, type, task, data = {}]: Told, place: number): StoredEvent {
  return { seq: place + 1, atMs: at(ms), call, type, task, data };
}

function storedDirective(): StoredDirective {
  const output = (attempt: number, nonce: string, value: number): string => JSON.stringify({ attempt, nonce, value });
  const state = (attempt: number, nonce: string): string => JSON.stringify({ state: 'succeeded', attempt, nonce });
  return {
    id,
    record: {
      state: 'COMPLETED',
      tenant: 'local',
      labels: JSON.stringify({ key: 'k1' }),
      ttlAt: String(at(3_600_000)),
      counts: JSON.stringify([story.length, 3, 0, 3, 0, 0, 0, 0, 0, 1, 0, 0, 400, 0, 0, 0, 0]),
    },
    plan: { '0': '{"id":"a"}', '1': '{"id":"b"}', '2': '{"id":"c"}', '0:spec': '{}' },
    tasks: {
      '0': state(2, 'n2'),
      '0:output': output(2, 'n2', 1),
      '1': state(1, 'n3'),
      '1:output': output(1, 'n3', 3),
      '2': state(1, 'n4'),
      '2:output': output(1, 'n4', 3),
    },
    events: story.map(eventOf),
  };
}

const inputs: Record<string, unknown> = { a: { add: 1 }, b: { add: 2, parts: [1] }, c: { add: 3 } };

/** [task, attempt, nonce, phase, ms] */
const seen: readonly [string, number, string, LedgerLine['phase'], number][] = [
  ['a', 1, 'n1', 'start', 20],
  ['a', 2, 'n2', 'start', 9_220],
  ['a', 2, 'n2', 'commit', 9_290],
  ['b', 1, 'n3', 'start', 9_310],
  ['b', 1, 'n3', 'commit', 9_490],
  ['c', 1, 'n4', 'start', 9_720],
  ['c', 1, 'n4', 'commit', 9_790],
];

function ledgerLine([task, attempt, nonce, phase, ms]: (typeof seen)[number], place: number): LedgerLine {
  const index = body.tasks.findIndex((each) => each.id === task);
  const { action } = body.tasks[index]!;
  const whose = {
    effectKey: `${id}.${index}`,
    tenant: 'local',
    directive: id,
    task,
    action,
    attempt,
    nonce,
    pid: 100 + attempt,
  };
  return {
    phase,
    ...whose,
    seq: place + 1,
    atMs: at(ms),
    fresh: true,
    ...(phase === 'start' ? { input: inputs[task] } : {}),
  };
}

const history: readonly HistoryLine[] = [
  {
    atMs: at(-100),
    kind: 'catalog',
    actions: {
      'chaos.pure': { effect: 'pure', maxCostUsd: 0 },
      'chaos.costed': { effect: 'keyed', maxCostUsd: 0.01 },
      'chaos.once': { effect: 'once', maxCostUsd: 0 },
    },
  },
  {
    atMs: at(-10),
    kind: 'submit',
    key: 'k1',
    shape: 'hand-made',
    tenant: 'local',
    body,
    expect: { completes: true, value: 3 },
  },
  { atMs: at(1), kind: 'accepted', key: 'k1', id },
  {
    atMs: at(9_650),
    kind: 'asked',
    order: 'approve',
    id,
    detail: { task: 'c', input: { add: 3 }, digest: 'd', body: {} },
  },
  { atMs: at(9_701), kind: 'answered', order: 'approve', id, status: 200, detail: { task: 'c' } },
  { atMs: at(9_900), kind: 'phase', phase: 'faults-over' },
  { atMs: at(9_950), kind: 'phase', phase: 'drained' },
];

/** What a small run left behind in which all is well; each call gives one of its own, to be spoilt. */
export function soundEvidence(): Evidence {
  return structuredClone({
    history: [...history],
    ledger: seen.map(ledgerLine),
    directives: [storedDirective()],
    queueEntries: [
      { queue: 'chaos.pure.0', atMs: at(6), event: 'active', jobId: `${id}.0.1.n1` },
      { queue: 'chaos.pure.0', atMs: at(9_211), event: 'active', jobId: `${id}.0.2.n2` },
    ],
    leftovers: [],
  });
}
