import { beforeEach, describe, expect, it, jest } from '@jest/globals';
import type { HeldPermit } from '#libs/state';
import { createLogger } from '#libs/telemetry';
import { HomePermitSweep } from './home-permit.sweep.js';
import { RepairAllowance } from './repair-allowance.js';
import { SweepRound } from './sweep-round.js';

const logger = createLogger('test', 'silent');
const place = { directiveId: 'd0_1', index: '0', round: '1' };
const held: HeldPermit = { tenant: 'acme', kind: 'concurrency', key: 'db', place, max: '0' };
let nowMs: number;

beforeEach(() => {
  nowMs = 1_000_000;
  jest.spyOn(performance, 'now').mockImplementation(() => nowMs);
});

type Context = ConstructorParameters<typeof HomePermitSweep>[0];

/** One tenant with one holder, of which the record says by turns whether it is wanted. */
function sweepOf(isWanted: () => boolean, unspent?: HeldPermit): { sweep: HomePermitSweep; back: HeldPermit[] } {
  const back: HeldPermit[] = [];
  const context = {
    logger,
    agenda: { nowMs: async () => 5_000_000 },
    retention: { tenants: async () => ({ tenants: ['acme'], next: 0 }) },
    homes: {
      places: async () => ({ places: [{ kind: 'concurrency', key: 'db' }], cursor: '0' }),
      holders: async () => [held],
      isWanted: async () => isWanted(),
      drawers: async () => ({ ids: unspent ? ['d0_2'] : [], cursor: '0' }),
      unspent: async () => unspent,
    },
  } as unknown as Context;
  const takeBack = async (permit: HeldPermit): Promise<void> => void back.push(permit);
  return { sweep: new HomePermitSweep(context, { takeBack }), back };
}

async function look(sweep: HomePermitSweep): Promise<SweepRound> {
  const round = new SweepRound(0, 100, new RepairAllowance(100), logger);
  await sweep.sweep(round);
  return round;
}

describe('a place that nobody has any more', () => {
  it('is given back when two looks half a minute apart say so', async () => {
    const { sweep, back } = sweepOf(() => false);
    expect((await look(sweep)).counts).toMatchObject({ looked: 1, found: 0 });
    nowMs += 29_000;
    await look(sweep);
    expect(back).toEqual([]);
    nowMs += 1_000;
    expect((await look(sweep)).counts).toMatchObject({ found: 1, repaired: 1 });
    expect(back).toEqual([held]);
  });

  it('is left where it is as long as the record says that it is wanted', async () => {
    const { sweep, back } = sweepOf(() => true);
    for (let round = 0; round < 5; round += 1) {
      await look(sweep);
      nowMs += 60_000;
    }
    expect(back).toEqual([]);
  });
});

describe('money of the day', () => {
  it('that a directive left when it ended goes back', async () => {
    const left: HeldPermit = { ...held, kind: 'spend', key: '', place: { ...place, index: '' }, max: '700' };
    const { sweep, back } = sweepOf(() => true, left);
    await look(sweep);
    nowMs += 31_000;
    await look(sweep);
    expect(back).toEqual([left]);
  });
});
