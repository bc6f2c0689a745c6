import { describe, expect, it } from '@jest/globals';
import { array, assert, integer, property, record } from 'fast-check';
import { BudgetLedger } from '#libs/contracts';
import { sampleId } from '../progress/sample-directive.js';
import { checkLedger } from './check-ledger.js';
import { differenceText, renderLedger } from './render-ledger.js';

const aLine = (microUsd: number, tokens: number, seq = 1) => ({
  seq,
  at: '2026-11-21T07:00:00.000Z',
  task: 'embed',
  attempt: 1,
  event: 'task.completed',
  costUsd: microUsd / 1e6,
  tokens,
});

function aLedger(parts: Partial<BudgetLedger> = {}): BudgetLedger {
  return BudgetLedger.parse({
    directiveId: sampleId,
    maxCostUsd: 1,
    maxTokens: null,
    chargedUsd: 0,
    reservedUsd: 0,
    overrunUsd: 0,
    chargedTokens: 0,
    reservedTokens: 0,
    lines: [],
    reservations: [],
    waiting: [],
    ...parts,
  });
}

describe('the ledger of a budget', () => {
  it('adds up however many lines there are: no cent is lost to binary fractions', () => {
    const charge = record({
      microUsd: integer({ min: 0, max: 100_000_000_000 }),
      tokens: integer({ min: 0, max: 1e9 }),
    });
    assert(
      property(array(charge, { maxLength: 200 }), integer({ min: -1, max: 1 }), (charges, error) => {
        const total = charges.reduce((sum, { microUsd }) => sum + microUsd, 0) + error;
        const chargedTokens = charges.reduce((sum, { tokens }) => sum + tokens, 0);
        const lines = charges.map(({ microUsd, tokens }) => aLine(microUsd, tokens));
        const { differences } = checkLedger(aLedger({ lines, chargedUsd: total / 1e6, chargedTokens }));
        expect(differences.length).toBe(error === 0 ? 0 : 1);
      }),
    );
  });

  it('names each difference with its size', () => {
    const reservations = [{ task: 'embed', attempt: 1, costUsd: 0.5, tokens: 10 }];
    const ledger = aLedger({ lines: [aLine(300_000, 7)], chargedUsd: 0.4, chargedTokens: 7, reservations });
    expect(checkLedger(ledger).differences.map(differenceText)).toEqual([
      'charged: the lines make $0.30, and the server says $0.40: $0.10 more',
      'reserved: the reservations of running tasks make $0.50, and the server says $0.00: $0.50 less',
      'reserved: the reservations of running tasks make 10 tokens, and the server says 0 tokens: 10 tokens less',
    ]);
    expect(renderLedger(ledger)).not.toContain('accounts for every cent');
  });

  it('is printed with its limits, lines, reservations, what waits, and the sum', () => {
    const text = renderLedger(
      aLedger({
        maxTokens: 100,
        lines: [aLine(1_200_001, 7, 9)],
        chargedUsd: 1.200001,
        chargedTokens: 7,
        overrunUsd: 0.2,
        reservedUsd: 0.1,
        reservations: [{ task: 'graph', attempt: 2, costUsd: 0.1, tokens: 0 }],
        waiting: ['mail', 'post'],
      }),
    );
    expect(text).toMatch(/^limit +\$1\.00 +100$/m);
    expect(text).toMatch(/^left +-\$0\.300001 +93$/m);
    expect(text).toMatch(/^overrun +\$0\.20 +-$/m);
    expect(text).toMatch(/^9 +2026-11-21T07:00:00\.000Z +embed +1 +task\.completed +\$1\.200001 +7$/m);
    expect(text).toMatch(/^graph +2 +\$0\.10 +0$/m);
    expect(text).toContain('\nwait for a higher budget: mail, post\n');
    expect(text).toContain(
      'accounts for every cent: charged $1.200001 and 7 tokens in 1 line, reserved $0.10 and 0 tokens in 1 reservation\n',
    );
  });
});
