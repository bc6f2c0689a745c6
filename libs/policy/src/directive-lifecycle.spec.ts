import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { directiveStates, finalDirectiveStates, type DirectiveState } from '#libs/contracts';
import { allowedFrom, decideClose, isTransitionAllowed } from './directive-lifecycle.js';

// Written as the seed writes it, and the additions of DESIGN section 5 below, so that the two can be compared by eye.
const seed = `
PENDING -> QUEUED, RUNNING, CANCELLED, FAILED
QUEUED -> RUNNING, CANCELLED, FAILED
RUNNING -> COMPLETED, PARTIALLY_COMPLETED, FAILED, TIMEOUT, PAUSED, STOPPED, DEGRADED
PAUSED -> RUNNING, STOPPED, CANCELLED
DEGRADED -> RUNNING, FAILED, COMPLETED, STOPPED
PARTIALLY_COMPLETED -> RUNNING, COMPLETED`;
const additions = `
RUNNING -> CANCELLED
DEGRADED -> CANCELLED, PAUSED, PARTIALLY_COMPLETED
PAUSED -> FAILED`;

function isExpected(from: DirectiveState, to: DirectiveState): boolean {
  const line = (table: string) =>
    table
      .split('\n')
      .find((row) => row.startsWith(`${from} -> `))
      ?.split(' -> ')[1]
      ?.split(', ') ?? [];
  const isOpen = !finalDirectiveStates.includes(from);
  return line(seed).includes(to) || line(additions).includes(to) || (isOpen && (to === 'TIMEOUT' || to === 'ORPHANED'));
}

describe('the transitions of a directive', () => {
  it.each(directiveStates.flatMap((from) => directiveStates.map((to) => [from, to] as const)))(
    '%s -> %s is as the design says',
    (from, to) => {
      expect(isTransitionAllowed(from, to)).toBe(isExpected(from, to));
    },
  );

  it('has no way out of a final state', () => {
    expect(directiveStates.filter((state) => allowedFrom(state).length === 0)).toEqual([...finalDirectiveStates]);
  });
});

describe('decideClose', () => {
  it.each([
    [{ failed: 0, sinksSucceeded: 2 }, 'COMPLETED'],
    [{ failed: 0, sinksSucceeded: 0 }, 'COMPLETED'],
    [{ failed: 1, sinksSucceeded: 1 }, 'PARTIALLY_COMPLETED'],
    [{ failed: 3, sinksSucceeded: 0 }, 'FAILED'],
  ])('closes %j as %s', (counts, state) => {
    expect(decideClose(counts)).toBe(state);
  });

  it('calls nothing complete of which a part failed, and nothing failed of which all succeeded', () => {
    fc.assert(
      fc.property(fc.nat(), fc.nat(), (failed, sinksSucceeded) => {
        const state = decideClose({ failed, sinksSucceeded });
        expect(state === 'COMPLETED').toBe(failed === 0);
        expect(state === 'FAILED').toBe(failed > 0 && sinksSucceeded === 0);
      }),
    );
  });

  it('never ends better for one failure more, nor worse for one result more', () => {
    const rank = ['FAILED', 'PARTIALLY_COMPLETED', 'COMPLETED'];
    fc.assert(
      fc.property(fc.nat(20), fc.nat(20), (failed, sinksSucceeded) => {
        const rankOf = (failures: number, results: number) =>
          rank.indexOf(decideClose({ failed: failures, sinksSucceeded: results }));
        expect(rankOf(failed + 1, sinksSucceeded)).toBeLessThanOrEqual(rankOf(failed, sinksSucceeded));
        expect(rankOf(failed, sinksSucceeded + 1)).toBeGreaterThanOrEqual(rankOf(failed, sinksSucceeded));
      }),
    );
  });

  it('ends a running directive in a state it may go to', () => {
    fc.assert(
      fc.property(fc.nat(3), fc.nat(3), (failed, sinksSucceeded) => {
        expect(isTransitionAllowed('RUNNING', decideClose({ failed, sinksSucceeded }))).toBe(true);
      }),
    );
  });
});
