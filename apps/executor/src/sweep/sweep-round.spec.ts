import { describe, expect, it } from '@jest/globals';
import { createLogger } from '#libs/telemetry';
import { RepairAllowance } from './repair-allowance.js';
import { SweepProgress } from './sweep-progress.js';
import { SweepRound } from './sweep-round.js';

const logger = createLogger('test', 'silent');

function roundWith(perS: number): SweepRound {
  return new SweepRound(0, 100, new RepairAllowance(perS, () => 0), logger);
}

describe('a round', () => {
  it('repairs what its rate allows, and counts what is left for the next one', async () => {
    const round = roundWith(2);
    const repaired: number[] = [];
    await round.repairEach([1, 2, 3], async (item) => repaired.push(item) > 0);
    expect(repaired).toEqual([1, 2]);
    expect(round.counts).toEqual({ looked: 0, found: 3, repaired: 2, failed: 0, postponed: 1 });
    expect(round.isSpent).toBe(true);
  });

  it('goes on after one that cannot be repaired, and does not count what was no find', async () => {
    const round = roundWith(10);
    await round.repairEach(['bad', 'none', 'good'], async (item) => {
      if (item === 'bad') throw new Error('it cannot be repaired');
      return item === 'good';
    });
    expect(round.counts).toEqual({ looked: 0, found: 2, repaired: 1, failed: 1, postponed: 0 });
  });

  it('has to wait for repairs that were done beyond the rate', () => {
    const round = roundWith(10);
    round.noteRepaired(25);
    expect([round.isSpent, round.allow(1)]).toEqual([true, 0]);
  });
});

describe('the progress of a sweep', () => {
  it('adds the counts of its rounds, by shard', () => {
    const progress = new SweepProgress();
    progress.note(0, { looked: 2, found: 1, repaired: 1, failed: 0, postponed: 0 });
    progress.note(0, { looked: 3, found: 0, repaired: 0, failed: 0, postponed: 0 });
    progress.note(2, { looked: 1, found: 1, repaired: 0, failed: 1, postponed: 0 });
    expect(progress.view()).toEqual({
      0: { looked: 5, found: 1, repaired: 1, failed: 0, postponed: 0, rounds: 2 },
      2: { looked: 1, found: 1, repaired: 0, failed: 1, postponed: 0, rounds: 1 },
    });
  });

  it('tells when a round ended that began after it was asked', async () => {
    const progress = new SweepProgress();
    let isTold = false;
    const told = progress.nextRound().then(() => (isTold = true));
    progress.endRound();
    await Promise.resolve();
    expect(isTold).toBe(false);
    progress.endRound();
    expect(await told).toBe(true);
  });
});
