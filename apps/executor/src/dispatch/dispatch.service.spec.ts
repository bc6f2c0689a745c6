import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { formatAttemptId, formatDirectiveId } from '#libs/contracts';
import type { TaskJob } from '#libs/queues';
import type { AttemptFacts, Dispatch } from '#libs/state';
import { DispatchService } from './dispatch.service.js';

type Parts = ConstructorParameters<typeof DispatchService>;

/** Longer than another executor waits before it calls an attempt gone. */
const slowMs = 20_000;
const directiveId = formatDirectiveId(0, '01J00000000000000000000000');
const current = { isCurrent: true, started: false, effect: 'pure', sinceMs: 0 } as AttemptFacts;
let sent: { taskIndex: number; atMs: number }[];
let startedAtMs: number;

beforeEach(() => {
  jest.useFakeTimers();
  sent = [];
  startedAtMs = performance.now();
});
afterEach(() => void jest.useRealTimers());

function attempt(taskIndex: number): Dispatch {
  const spec = { id: `t${taskIndex}`, action: 'test.echo', maxCostMicroUsd: 0, models: [] };
  const grant = { directiveId, taskIndex, attempt: 1, nonce: '0123456789abcdef', queue: 'test.echo.0', ttlMs: 60_000 };
  return { ...grant, tenant: 'local', traceparent: '', isApproved: false, spec } as unknown as Dispatch;
}

/** The input of task 0 is slow; what the record and the queue say of it by then. */
function serviceWith(facts: AttemptFacts, wasNeverAdded = true): DispatchService {
  const context = {
    facts: { ofAttempt: async () => facts },
    desks: [{ shard: 0, reader: { followed: ['test.echo.0'] }, keeper: { wasNeverAdded: async () => wasNeverAdded } }],
    sender: {
      sendTasks: async (jobs: TaskJob[]) => {
        const atMs = performance.now() - startedAtMs;
        for (const { jobId } of jobs) sent.push({ taskIndex: indexes.get(jobId)!, atMs });
      },
    },
  };
  const inputs = {
    resolveInput: async ({ taskIndex }: Dispatch) => {
      if (taskIndex === 0) await new Promise((resolve) => setTimeout(resolve, slowMs));
      return { value: null };
    },
  };
  return new DispatchService(...([context, inputs, {}, {}, {}] as unknown as Parts));
}

const attempts = Array.from({ length: 60 }, (_, index) => attempt(index));
const indexes = new Map(attempts.map((each) => [formatAttemptId(each), each.taskIndex]));

async function carry(service: DispatchService): Promise<void> {
  const followup = { shard: 0, dispatched: attempts, expanding: [], cascades: 0, reviewing: [], permits: 0 };
  const carried = service.carry([{ ...followup, timerMs: null }]);
  await jest.advanceTimersByTimeAsync(slowMs + 1_000);
  await carried;
}

describe('an attempt whose input takes longer than others wait for it', () => {
  it('is sent once it is there, and keeps none of its chunk waiting', async () => {
    await carry(serviceWith(current));
    expect(sent.filter(({ taskIndex }) => taskIndex === 0)).toHaveLength(1);
    const others = sent.filter(({ taskIndex }) => taskIndex !== 0);
    expect(others.map(({ taskIndex }) => taskIndex)).toEqual(Array.from({ length: 59 }, (_, at) => at + 1));
    expect(others.filter(({ atMs }) => atMs <= 1_000)).toHaveLength(49);
  });

  it.each([
    ['is ended', { ...current, isCurrent: false }, true],
    ['runs', { ...current, started: true }, true],
    ['has effect once, and may have been in its queue', { ...current, effect: 'once' as const }, false],
  ])('is left to others when it %s by then', async (_, facts, wasNeverAdded) => {
    await carry(serviceWith(facts, wasNeverAdded));
    expect(sent.map(({ taskIndex }) => taskIndex)).not.toContain(0);
    expect(sent.length).toBeGreaterThanOrEqual(49);
  });
});
