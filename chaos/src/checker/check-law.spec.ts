import { describe, expect, it } from '@jest/globals';
import { check } from './check.js';
import type { Evidence } from './evidence.js';
import { id } from './hand-made.js';
import { changeCount, directiveIn, eventIn, insertAfter, removeEvent, spoilt } from './spoil.js';

type Row = [what: string, spoil: (evidence: Evidence) => void, invariant: RegExp, message: RegExp];

/** The submitted body, as the client remembers it. */
function bodyIn({ history }: Evidence): {
  tasks: { maxRetries?: number; concurrency?: object }[];
  ttlMs?: number;
  budget?: object;
} {
  const submit = history.find((line) => line.kind === 'submit');
  if (submit?.kind !== 'submit') throw new RangeError('nothing was submitted');
  return submit.body;
}

/** A submit of another tenant's, whose word is known from then on. */
function addWordOf(evidence: Evidence, tenant: string): void {
  const tasks = [{ id: 'x', action: 'chaos.pure', input: { canary: `word of ${tenant}` } }];
  const body = { tasks, labels: { key: 'k2' } };
  evidence.history.push({ atMs: 1, kind: 'submit', key: 'k2', shape: 'x', tenant, body, expect: { completes: true } });
}

const dispatch: Row[] = [
  [
    'a grant before its dependency',
    (run) =>
      insertAfter(run, eventIn(run, 'directive.started'), { type: 'task.queued', task: 'b', data: { attempt: 1 } }),
    /^4 no task before/,
    /granted before a had succeeded/,
  ],
  [
    'work before its dependency was done',
    (run) => {
      run.ledger[3]!.seq = 2;
    },
    /^4 no task before/,
    /at work before a had committed/,
  ],
  ['a grant after the TTL', (run) => (bodyIn(run).ttlMs = 5_000), /^4 no task after/, /after the TTL/],
  [
    'a risky task without a yes',
    (run) => (run.history = run.history.filter(({ kind }) => kind !== 'asked')),
    /^4 what ran/,
    /without a yes/,
  ],
  ['a risky task with another input', (run) => (run.ledger[5]!.input = { add: 4 }), /^4 what ran/, /another input/],
  [
    'two at work under a key for one',
    (run) => {
      Object.assign(bodyIn(run).tasks[0]!, { concurrency: { key: 'k', limit: 1 } });
      eventIn(run, 'task.completed', 'a').atMs += 50;
    },
    /^4 no more at work/,
    /2 tasks of k/,
  ],
  [
    'more spent than the budget',
    (run) => (bodyIn(run).budget = { maxCostUsd: 0.005 }),
    /^5 /,
    /10000 of 5000 micro-USD/,
  ],
  [
    'a reservation that stays',
    (run) => changeCount(directiveIn(run), 13, 10_000),
    /^5 /,
    /10000 micro-USD stay reserved/,
  ],
  [
    'a charge that is not in the story',
    (run) => changeCount(directiveIn(run), 12, 800),
    /^5 /,
    /charged, reserved, overrun are 800/,
  ],
  [
    'more attempts than allowed',
    (run) => (bodyIn(run).tasks[0]!.maxRetries = 0),
    /^8 attempts/,
    /2 attempts, 1 are allowed/,
  ],
  [
    'attempts out of order',
    (run) => (run.directives[0]!.events[6]!.data['attempt'] = 3),
    /^8 attempts/,
    /out of order/,
  ],
  [
    'a "once" task that started twice',
    (run) => run.ledger.push({ ...run.ledger[5]!, seq: 8, nonce: 'n5' }),
    /^8 attempts/,
    /started 2 times/,
  ],
  [
    'an effect that took place twice',
    (run) => run.ledger.push({ ...run.ledger[4]!, seq: 8 }),
    /^8 effects/,
    /took place 2 times/,
  ],
  ['an effect key that changes', (run) => (run.ledger[1]!.effectKey = `${id}.7`), /^8 effects/, /effect key/],
  ['an effect key of two tasks', (run) => (run.ledger[3]!.effectKey = `${id}.0`), /^8 effects/, /effect key/],
  [
    'work that was never granted',
    (run) => removeEvent(run, eventIn(run, 'task.queued', 'b')),
    /^8 effects/,
    /never granted/,
  ],
  [
    'a job taken after the cancel',
    (run) => run.history.push({ atMs: 1_000_100, kind: 'answered', order: 'cancel', id, status: 200, detail: {} }),
    /^9 /,
    /after the cancel was acknowledged/,
  ],
  [
    'a grant while paused',
    (run) => removeEvent(run, eventIn(run, 'directive.resumed')),
    /^10 /,
    /granted while paused/,
  ],
  ['a nonce of two attempts', (run) => (run.queueEntries[1]!.jobId = `${id}.0.2.n1`), /^11 /, /nonce n1/],
  [
    'an attempt under two nonces',
    (run) => run.ledger.push({ ...run.ledger[0]!, seq: 8, nonce: 'n9' }),
    /^11 /,
    /under 2 nonces/,
  ],
  [
    'the word of another tenant',
    (run) => {
      addWordOf(run, 'other');
      directiveIn(run).plan['0:spec'] = 'word of other';
    },
    /^12 /,
    /something of the tenant other/,
  ],
  [
    'a tenant by another name',
    (run) => (run.ledger[2]!.tenant = 'other'),
    /^12 /,
    /is of local and was called other's/,
  ],
  [
    'a directive that another tenant saw',
    (run) => run.history.push({ atMs: 1, kind: 'seen', tenant: 'other', ids: [id] }),
    /^12 /,
    /showed it to other/,
  ],
  [
    'a retry before its delay',
    (run) => (eventIn(run, 'task.retried', 'a').data['retryAtMs'] = 1_009_900),
    /early/,
    /came 690 ms early/,
  ],
  [
    'a delay by another clock',
    (run) => {
      run.queueEntries.push({ queue: 'chaos.pure.0', atMs: 1_009_000, event: 'failed', jobId: `${id}.0.1.n1` });
      Object.assign(eventIn(run, 'task.retried', 'a').data, { retryAtMs: 709_000 });
      directiveIn(run).events[6]!.atMs = 1_009_010;
    },
    /early/,
    /came 190 ms early/,
  ],
  [
    'an end before the TTL',
    (run) => {
      bodyIn(run).ttlMs = 60_000;
      eventIn(run, 'directive.completed').type = 'directive.timeout';
    },
    /early/,
    /before its TTL/,
  ],
  [
    'a question closed before its time',
    (run) => Object.assign(eventIn(run, 'task.approved', 'c'), { type: 'task.denied', data: { expired: true } }),
    /early/,
    /closed before its time/,
  ],
];

describe('the checker, of the law of dispatch', () => {
  it.each(dispatch)('finds %s', (_, spoil, invariant, message) => {
    expect(check(spoilt(spoil))).toContainEqual(
      expect.objectContaining({ invariant: expect.stringMatching(invariant), message: expect.stringMatching(message) }),
    );
  });
});
