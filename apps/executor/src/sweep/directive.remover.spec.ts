import { expect, it } from '@jest/globals';
import { createLogger } from '#libs/telemetry';
import { DirectiveRemover } from './directive.remover.js';
import { RepairAllowance } from './repair-allowance.js';
import { SweepRound } from './sweep-round.js';

type Store = ConstructorParameters<typeof DirectiveRemover>[0];

it('one whose files may not be removed goes to the end of the line, and the others go', async () => {
  const putOff: string[] = [];
  const store = {
    retire: async (ids: readonly string[], _: string, __: number, word: string) =>
      ids.map((id) =>
        word === 'end' ? { result: 'removed' } : { result: 'bare', directive: { id, tenant: 't', ref: '', draws: 0 } },
      ),
    putOff: async (_: number, ids: readonly string[]) => void putOff.push(...ids),
  } as unknown as Store;
  const files = {
    removeAll: async (_: string, id: string) => {
      if (id === 'stuck') throw new Error('EPERM');
    },
  };
  const round = new SweepRound(0, 100, new RepairAllowance(100), createLogger('test', 'silent'));
  expect(await new DirectiveRemover(store, files).remove(round, '', ['stuck', 'a', 'b'], 0)).toBe(2);
  expect(round.counts).toMatchObject({ failed: 1, repaired: 2 });
  expect(putOff).toEqual(['stuck']);
});
