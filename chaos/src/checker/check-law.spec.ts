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

const dispatch: Row[] = [
  [
    'a grant before its dependency',
    (it) => insertAfter(it, eventIn(it, 'directive.started'), { type: 'task.queued', task: 'b', data: { attempt: 1 } }),
    /^4 no task before/,
    /granted before a had succeeded/,
  ],
  [
    'work before its dependency was done',
    (it) => {
      it.ledger[3]!.seq = 2;
    },
    /^4 no task before/,
    /at work before a had committed/,
  ],
  ['a grant after the TTL', (it) => (bodyIn(it).ttlMs = 5_000), /^4 no task after/, /after the TTL/],
  [
    'a risky task without a yes',
    (it) => (it.history = it.history.filter(({ kind }) => kind !== 'asked')),
    /^4 what ran/,
    /without a yes/,
  ],
  ['a risky task with another input', (it) => (it.ledger[5]!.input = { add: 4 }), /^4 what ran/, /another input/],
  [
    'two at work under a key for one',
    (it) => {
      Object.assign(bodyIn(it).tasks[0]!, { concurrency: { key: 'k', limit: 1 } });
      eventIn(it, 'task.completed', 'a').atMs += 50;
    },
    /^4 no more at work/,
    /2 tasks of k/,
  ],
  ['more spent than the budget', (it) => (bodyIn(it).budget = { maxCostUsd: 0.005 }), /^5 /, /10000 of 5000 micro-USD/],
  [
    'a reservation that stays',
    (it) => changeCount(directiveIn(it), 13, 10_000),
    /^5 /,
    /10000 micro-USD stay reserved/,
  ],
  [
    'a charge that is not in the story',
    (it) => changeCount(directiveIn(it), 12, 800),
    /^5 /,
    /charged, reserved, overrun are 800/,
  ],
  [
    'more attempts than allowed',
    (it) => (bodyIn(it).tasks[0]!.maxRetries = 0),
    /^8 attempts/,
    /2 attempts, 1 are allowed/,
  ],
  ['attempts out of order', (it) => (it.directives[0]!.events[6]!.data['attempt'] = 3), /^8 attempts/, /out of order/],
  [
    'a "once" task that started twice',
    (it) => it.ledger.push({ ...it.ledger[5]!, seq: 8, nonce: 'n5' }),
    /^8 attempts/,
    /started 2 times/,
  ],
  [
    'an effect that took place twice',
    (it) => it.ledger.push({ ...it.ledger[4]!, seq: 8 }),
    /^8 effects/,
    /took place 2 times/,
  ],
  ['an effect key that changes', (it) => (it.ledger[1]!.effectKey = `${id}.7`), /^8 effects/, /effect key/],
  ['an effect key of two tasks', (it) => (it.ledger[3]!.effectKey = `${id}.0`), /^8 effects/, /effect key/],
  [
    'work that was never granted',
    (it) => removeEvent(it, eventIn(it, 'task.queued', 'b')),
    /^8 effects/,
    /never granted/,
  ],
  [
    'a job taken after the cancel',
    (it) => it.history.push({ atMs: 1_000_100, kind: 'answered', order: 'cancel', id, status: 200, detail: {} }),
    /^9 /,
    /after the cancel was acknowledged/,
  ],
  ['a grant while paused', (it) => removeEvent(it, eventIn(it, 'directive.resumed')), /^10 /, /granted while paused/],
  ['a nonce of two attempts', (it) => (it.queueEntries[1]!.jobId = `${id}.0.2.n1`), /^11 /, /nonce n1/],
  [
    'an attempt under two nonces',
    (it) => it.ledger.push({ ...it.ledger[0]!, seq: 8, nonce: 'n9' }),
    /^11 /,
    /under 2 nonces/,
  ],
  [
    'a retry before its delay',
    (it) => (eventIn(it, 'task.retried', 'a').data['retryAtMs'] = 1_009_900),
    /early/,
    /came 690 ms early/,
  ],
  [
    'a delay by another clock',
    (it) => {
      it.queueEntries.push({ queue: 'chaos.pure.0', atMs: 1_009_000, event: 'failed', jobId: `${id}.0.1.n1` });
      Object.assign(eventIn(it, 'task.retried', 'a').data, { retryAtMs: 709_000 });
      directiveIn(it).events[6]!.atMs = 1_009_010;
    },
    /early/,
    /came 190 ms early/,
  ],
  [
    'an end before the TTL',
    (it) => {
      bodyIn(it).ttlMs = 60_000;
      eventIn(it, 'directive.completed').type = 'directive.timeout';
    },
    /early/,
    /before its TTL/,
  ],
  [
    'a question closed before its time',
    (it) => Object.assign(eventIn(it, 'task.approved', 'c'), { type: 'task.denied', data: { expired: true } }),
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
