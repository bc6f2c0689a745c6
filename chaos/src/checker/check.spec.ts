import { describe, expect, it } from '@jest/globals';
import { check } from './check.js';
import type { Evidence } from './evidence.js';
import { id, soundEvidence } from './hand-made.js';
import { changeCount, directiveIn, eventIn, insertAfter, removeEvent, spoilt } from './spoil.js';

type Row = [what: string, spoil: (evidence: Evidence) => void, invariant: RegExp, message: RegExp];

const outcomes: Row[] = [
  [
    'a task that ended twice',
    (run) =>
      insertAfter(run, eventIn(run, 'task.completed', 'b'), {
        type: 'task.completed',
        task: 'b',
        data: { attempt: 1, costMicroUsd: 0 },
      }),
    /^1 /,
    /ended 2 times/,
  ],
  [
    'an outcome of an attempt that was given up',
    (run) => (eventIn(run, 'task.completed', 'a').data['attempt'] = 1),
    /^1 /,
    /attempt 1 was accepted, 2 was the current one/,
  ],
  [
    'an output of another fence',
    (run) => (directiveIn(run).tasks['0:output'] = JSON.stringify({ attempt: 1, nonce: 'n1', value: 1 })),
    /^1 /,
    /another fence/,
  ],
  [
    'an outcome that no worker committed',
    (run) => run.ledger.splice(4, 1),
    /^1 /,
    /never saw the accepted attempt commit/,
  ],
  [
    'an event after the end',
    (run) => insertAfter(run, eventIn(run, 'directive.completed'), { type: 'task.skipped', task: 'c', data: {} }),
    /^2 /,
    /events follow directive.completed/,
  ],
  [
    'an end that is not on record',
    (run) => (directiveIn(run).record['state'] = 'RUNNING'),
    /^2 /,
    /ended as COMPLETED and is RUNNING/,
  ],
  [
    'two answers about the end',
    (run) =>
      run.history.push(
        { atMs: 1, kind: 'answered', order: 'cancel', id, status: 200, detail: { state: 'CANCELLED' } },
        { atMs: 2, kind: 'answered', order: 'cancel', id, status: 409, detail: { state: 'COMPLETED' } },
      ),
    /^2 /,
    /answered as CANCELLED, then as COMPLETED/,
  ],
  [
    'a directive without an end',
    (run) => removeEvent(run, eventIn(run, 'directive.completed')),
    /^6 the story/,
    /its story says RUNNING/,
  ],
  [
    'a directive that goes on for ever',
    (run) => {
      removeEvent(run, eventIn(run, 'directive.completed'));
      directiveIn(run).record['state'] = 'RUNNING';
    },
    /^3 /,
    /it is RUNNING/,
  ],
  [
    'a directive that did not end in time',
    (run) => run.history.push({ atMs: 1, kind: 'phase', phase: 'not-drained', detail: { [id]: {} } }),
    /^3 /,
    /did not end in time/,
  ],
  [
    'a directive that ended long after its TTL',
    (run) => {
      directiveIn(run).record['ttlAt'] = '1000000';
      eventIn(run, 'directive.completed').atMs += 60_000;
    },
    /^3 /,
    /too late/,
  ],
  ['a gap in the events', (run) => directiveIn(run).events.splice(3, 1), /^6 events/, /event 4 has the number 5/],
  ['an event that is not counted', (run) => changeCount(directiveIn(run), 0, 12), /^6 events/, /says 12 events/],
  [
    'a task whose record is not its story',
    (run) => (directiveIn(run).tasks['2'] = JSON.stringify({ state: 'failed', attempt: 1, nonce: 'n4' })),
    /^6 the story/,
    /ends with succeeded, the record says failed/,
  ],
  ['a count that is not its story', (run) => changeCount(directiveIn(run), 3, 2), /^6 the story/, /on record/],
  [
    'a wrong answer',
    (run) => (directiveIn(run).tasks['2:output'] = JSON.stringify({ attempt: 1, nonce: 'n4', value: 4 })),
    /answer/,
    /is 4, not 3/,
  ],
  [
    'an attempt left in flight',
    (run) => run.leftovers.push({ key: '{coc:0}:inflight:x', members: ['m'] }),
    /at rest/,
    /inflight/,
  ],
];

const submits: Row[] = [
  ['a directive that was accepted and is gone', (run) => run.directives.splice(0), /^7 /, /is gone/],
  [
    'two directives for one key',
    (run) => run.history.push({ atMs: 1, kind: 'accepted', key: 'k1', id: 'd0_OTHER' }),
    /^7 /,
    /gave 2 directives/,
  ],
  [
    'one directive for two keys',
    (run) => {
      const submit = run.history.find(({ kind }) => kind === 'submit')!;
      run.history.push({ ...submit, key: 'k2' } as never, { atMs: 1, kind: 'accepted', key: 'k2', id });
    },
    /^7 /,
    /answered to k2 and to k1/,
  ],
  [
    'a directive that nobody submitted',
    (run) => (directiveIn(run).record['labels'] = '{"key":"k9"}'),
    /^7 /,
    /nobody submitted/,
  ],
  [
    'a directive that is there twice',
    (run) => run.directives.push({ ...directiveIn(run), id: 'd0_TWIN' }),
    /^7 /,
    /second directive/,
  ],
  [
    'a submit that was refused',
    (run) => run.history.push({ atMs: 1, kind: 'refused', key: 'k1', status: 422, answer: {} }),
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
