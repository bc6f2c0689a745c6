import { describe, expect, it } from '@jest/globals';
import { QueueAbsence, type QueueSigns } from './queue-absence.js';

const afterMs = 5_000;
const still: QueueSigns = { waiting: 3, atWork: 0, ended: ['before'], isLimited: false };

/** Looks once a second. */
function looksAt(...signs: QueueSigns[]): string[] {
  const absence = new QueueAbsence(afterMs);
  return signs.map((one, at) => absence.look('q', one, at * 1_000));
}

describe('a queue from which nobody takes', () => {
  it('is absent after the time, and not before', () => {
    expect(looksAt(...Array.from({ length: 7 }, () => still))).toEqual([
      ...Array.from({ length: 5 }, () => 'unknown'),
      'absent',
      'absent',
    ]);
  });

  it('stays absent when its old jobs are removed, or the line gets shorter by a cancel', () => {
    const looks = looksAt(
      ...Array.from({ length: 6 }, () => still),
      { ...still, ended: [] },
      { ...still, waiting: 1, ended: [] },
    );
    expect(looks.slice(-2)).toEqual(['absent', 'absent']);
  });

  it('is not absent by a time in which nobody looked', () => {
    const absence = new QueueAbsence(afterMs);
    expect([0, 60_000].map((now) => absence.look('q', still, now))).toEqual(['unknown', 'unknown']);
  });
});

it.each<[string, QueueSigns]>([
  ['nothing waits', { ...still, waiting: 0 }],
  ['a job is at work', { ...still, atWork: 1 }],
  ['its workers limit their own rate', { ...still, isLimited: true }],
  ['another job has ended since', { ...still, ended: ['after'] }],
])('is served when %s, and its time begins anew', (_, sign) => {
  const looks = looksAt(...Array.from({ length: 6 }, () => still), sign, { ...still, ended: sign.ended });
  expect(looks.slice(-3)).toEqual(['absent', 'served', 'unknown']);
});
