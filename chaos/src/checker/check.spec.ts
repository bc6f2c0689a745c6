import { describe, expect, it } from '@jest/globals';
import { check } from './check.js';
import type { Evidence } from './evidence.js';
import { id, soundEvidence } from './hand-made.js';
import { changeCount, directiveIn, eventIn, insertAfter, removeEvent, spoilt } from './spoil.js';

type Row = [what: string, spoil: (evidence: Evidence) => void, invariant: RegExp, message: RegExp];

const outcomes: Row[] = [
  [
    'a task that ended twice',
    (it) =>
      insertAfter(it, eventIn(it, 'task.completed', 'b'), {
        type: 'task.completed',
        task: 'b',
        data: { attempt: 1, costMicroUsd: 0 },
      }),
    /^1 /,
    /ended 2 times/,
  ],
  [
    'an outcome of an attempt that was given up',
    (it) => (eventIn(it, 'task.completed', 'a').data['attempt'] = 1),
    /^1 /,
    /attempt 1 was accepted, 2 was the current one/,
  ],
  [
    'an output of another fence',
    (it) => (directiveIn(it).tasks['0:output'] = JSON.stringify({ attempt: 1, nonce: 'n1', value: 1 })),
    /^1 /,
    /another fence/,
  ],
  [
    'an outcome that no worker committed',
    (it) => it.ledger.splice(4, 1),
    /^1 /,
    /never saw the accepted attempt commit/,
  ],
  [
    'an event after the end',
    (it) => insertAfter(it, eventIn(it, 'directive.completed'), { type: 'task.skipped', task: 'c', data: {} }),
    /^2 /,
    /events follow directive.completed/,
  ],
  [
    'an end that is not on record',
    (it) => (directiveIn(it).record['state'] = 'RUNNING'),
    /^2 /,
    /ended as COMPLETED and is RUNNING/,
  ],
  [
    'two answers about the end',
    (it) =>
      it.history.push(
        { atMs: 1, kind: 'answered', order: 'cancel', id, status: 200, detail: { state: 'CANCELLED' } },
        { atMs: 2, kind: 'answered', order: 'cancel', id, status: 409, detail: { state: 'COMPLETED' } },
      ),
    /^2 /,
    /answered as CANCELLED, then as COMPLETED/,
  ],
  [
    'a directive without an end',
    (it) => removeEvent(it, eventIn(it, 'directive.completed')),
    /^6 the story/,
    /its story says RUNNING/,
  ],
  [
    'a directive that goes on for ever',
    (it) => {
      removeEvent(it, eventIn(it, 'directive.completed'));
      directiveIn(it).record['state'] = 'RUNNING';
    },
    /^3 /,
    /it is RUNNING/,
  ],
  [
    'a directive that ended long after its TTL',
    (it) => {
      directiveIn(it).record['ttlAt'] = '1000000';
      eventIn(it, 'directive.completed').atMs += 60_000;
    },
    /^3 /,
    /too late/,
  ],
  ['a gap in the events', (it) => directiveIn(it).events.splice(3, 1), /^6 events/, /event 4 has the number 5/],
  ['an event that is not counted', (it) => changeCount(directiveIn(it), 0, 12), /^6 events/, /says 12 events/],
  [
    'a task whose record is not its story',
    (it) => (directiveIn(it).tasks['2'] = JSON.stringify({ state: 'failed', attempt: 1, nonce: 'n4' })),
    /^6 the story/,
    /ends with succeeded, the record says failed/,
  ],
  ['a count that is not its story', (it) => changeCount(directiveIn(it), 3, 2), /^6 the story/, /on record/],
  [
    'a wrong answer',
    (it) => (directiveIn(it).tasks['2:output'] = JSON.stringify({ attempt: 1, nonce: 'n4', value: 4 })),
    /answer/,
    /is 4, not 3/,
  ],
  [
    'an attempt left in flight',
    (it) => it.leftovers.push({ key: '{coc:0}:inflight:x', members: ['m'] }),
    /at rest/,
    /inflight/,
  ],
];

const submits: Row[] = [
  ['a directive that was accepted and is gone', (it) => it.directives.splice(0), /^7 /, /is gone/],
  [
    'two directives for one key',
    (it) => it.history.push({ atMs: 1, kind: 'accepted', key: 'k1', id: 'd0_OTHER' }),
    /^7 /,
    /gave 2 directives/,
  ],
  [
    'one directive for two keys',
    (it) => {
      const submit = it.history.find(({ kind }) => kind === 'submit')!;
      it.history.push({ ...submit, key: 'k2' } as never, { atMs: 1, kind: 'accepted', key: 'k2', id });
    },
    /^7 /,
    /answered to k2 and to k1/,
  ],
  [
    'a directive that nobody submitted',
    (it) => (directiveIn(it).record['labels'] = '{"key":"k9"}'),
    /^7 /,
    /nobody submitted/,
  ],
  [
    'a directive that is there twice',
    (it) => it.directives.push({ ...directiveIn(it), id: 'd0_TWIN' }),
    /^7 /,
    /second directive/,
  ],
  [
    'a submit that was refused',
    (it) => it.history.push({ atMs: 1, kind: 'refused', key: 'k1', status: 422, answer: {} }),
    /^7 /,
    /422/,
  ],
];

function namesIt([, spoil, invariant, message]: Row): void {
  const found = check(spoilt(spoil));
  expect(found).toContainEqual(
    expect.objectContaining({ invariant: expect.stringMatching(invariant), message: expect.stringMatching(message) }),
  );
}

describe('the checker', () => {
  it('finds nothing where all is well', () => {
    expect(check(soundEvidence())).toEqual([]);
  });

  it.each(outcomes)('finds %s', (...row) => namesIt(row));
  it.each(submits)('finds %s', (...row) => namesIt(row));
});
