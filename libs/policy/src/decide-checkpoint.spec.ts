import { describe, expect, it } from '@jest/globals';
import { decideCheckpoint, type CheckpointMoment } from './decide-checkpoint.js';

const started: CheckpointMoment = { state: 'RUNNING', ended: 0, succeeded: 0, atMs: 1_000 };
const terms = { everyMs: 60_000, everyTasks: 100 };
const decide = (now: Partial<CheckpointMoment>, last?: Partial<CheckpointMoment>, nowMs = 2_000, given = terms) =>
  decideCheckpoint({ ...started, ...now }, last && { ...started, ...last }, given, nowMs);

describe('a checkpoint is due', () => {
  it.each([
    ['tasks', decide({ ended: 100, succeeded: 1 })],
    ['tasks', decide({ ended: 200, succeeded: 150 }, { ended: 100, succeeded: 100 })],
    ['interval', decide({ ended: 1, succeeded: 1 }, undefined, 61_000)],
    ['interval', decide({ ended: 9, succeeded: 9 }, { ended: 8, succeeded: 8, atMs: 5_000 }, 65_000)],
    ['degraded', decide({ state: 'DEGRADED' })],
    ['degraded', decide({ state: 'DEGRADED' }, { state: 'PAUSED' })],
  ])('for %s', (reason, decided) => expect(decided).toBe(reason));

  it.each([
    ['too few tasks and too early', decide({ ended: 99, succeeded: 99 }, undefined, 60_999)],
    ['no further task succeeded', decide({ ended: 900, succeeded: 5 }, { ended: 10, succeeded: 5 }, 900_000)],
    ['it has not started', decide({ state: 'QUEUED', ended: 500, succeeded: 500 }, undefined, 900_000)],
    ['it is paused', decide({ state: 'PAUSED', ended: 500, succeeded: 500 }, undefined, 900_000)],
    ['both terms are off', decide({ ended: 500, succeeded: 500 }, undefined, 900_000, { everyMs: 0, everyTasks: 0 })],
    ['it was degraded then, too', decide({ state: 'DEGRADED' }, { state: 'DEGRADED' })],
  ])('not when %s', (_, decided) => expect(decided).toBeUndefined());
});
