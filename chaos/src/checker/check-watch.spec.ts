import { describe, expect, it } from '@jest/globals';
import { check } from './check.js';
import type { Evidence, Glimpse } from './evidence.js';
import { id } from './hand-made.js';
import { changeCount, directiveIn, spoilt } from './spoil.js';

const jobId = `${id}.0.2.n2`;
const seen = { atMs: 1_009_250, queue: 'chaos.pure.0', jobId };
const outcome = { ...seen, what: 'outcome', entryId: '1009240-0', isPassed: false, hasJob: true } as const;
const noJob = { ...seen, what: 'no job' } as const;

const glimpsed =
  (glimpse: Glimpse): ((run: Evidence) => void) =>
  (run) =>
    run.glimpses.push(glimpse);

/** As the harness tells of a queue that it destroyed. */
function destroyed(run: Evidence, atMs: number, queue = seen.queue): void {
  const detail = { what: 'obliterated', queue: `{coc:0}:${queue}` };
  run.history.push({ atMs, kind: 'fault', name: 'queues', detail });
}

type Row = [what: string, spoil: (run: Evidence) => void, invariant: RegExp, message: RegExp];

const wrong: Row[] = [
  ['an outcome that the readers passed', glimpsed({ ...outcome, isPassed: true }), /^7 /, /readers passed/],
  ['an outcome whose job is gone', glimpsed({ ...outcome, hasJob: false }), /^7 /, /not settled, and the job is gone/],
  ['an attempt whose job is gone', glimpsed(noJob), /^7 /, /its job is gone/],
  [
    'a job that went before its queue did',
    (run) => {
      run.glimpses.push(noJob);
      destroyed(run, seen.atMs + 60_000);
    },
    /^7 /,
    /its job is gone/,
  ],
  [
    'a job whose queue was destroyed before it was there',
    (run) => {
      run.glimpses.push(noJob);
      destroyed(run, 1_005_000);
    },
    /^7 /,
    /its job is gone/,
  ],
  [
    'a job that went with another queue',
    (run) => {
      run.glimpses.push(noJob);
      destroyed(run, seen.atMs - 10, 'chaos.keyed.0');
    },
    /^7 /,
    /its job is gone/,
  ],
  [
    'a directive that did not add up in the middle of its life',
    (run) => {
      const directive = structuredClone(directiveIn(run));
      changeCount(directive, 13, 10_000);
      run.glimpses.push({ atMs: 1_009_250, what: 'directive', directive });
    },
    /^5 /,
    /in the middle of its life 10000 micro-USD stay reserved/,
  ],
  ['money that was not given back', (run) => (run.spent[0]!.microUsd = 1_000), /^5 what a tenant/, /drawn 1000/],
  [
    'a yes to something else',
    (run) => {
      const asked = run.history.find((line) => line.kind === 'asked');
      if (asked?.kind === 'asked') Object.assign(asked.detail as object, { body: { digest: 'of another' } });
    },
    /^4 what ran/,
    /without a yes/,
  ],
];

describe('the checker, of what was seen while the run went on', () => {
  it.each(wrong)('finds %s', (_, spoil, invariant, message) => {
    expect(check(spoilt(spoil))).toContainEqual(
      expect.objectContaining({ invariant: expect.stringMatching(invariant), message: expect.stringMatching(message) }),
    );
  });

  it('does not blame the product for a queue that was destroyed', () => {
    const run = spoilt((evidence) => {
      evidence.glimpses.push(noJob, { ...outcome, hasJob: false });
      destroyed(evidence, seen.atMs - 10);
    });
    expect(check(run)).toEqual([]);
  });
});
