import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { CocError } from '#libs/contracts';
import { DirectiveOrders, KeyRegister, ScriptRunner } from '#libs/state';
import { createLogger } from '#libs/telemetry';
import { KeyDesk } from '../../apps/orchestrator/src/ingress/key.desk.js';
import { aDraft, echo, planOf } from './orders.js';
import { ScriptBed } from './script-bed.js';
import type { Stage } from './stage.js';

let bed: ScriptBed;
let stage: Stage;
let desk: KeyDesk;
beforeAll(async () => {
  bed = await ScriptBed.open();
});
beforeEach(() => {
  stage = bed.stage();
  const register = new KeyRegister(new ScriptRunner(bed.redis), stage.keys, 15_000);
  desk = new KeyDesk(
    register,
    new DirectiveOrders(bed.redis, stage.keys, stage.payloads),
    createLogger('orchestrator', 'silent'),
  );
});
afterAll(async () => bed.close());

const request = { tenant: 'local', key: 'k', requestHash: 'h', directiveId: aDraft().id };
const failing = (error: Error) => async (): Promise<never> => {
  throw error;
};
const records = async (): Promise<string[]> => bed.redis.keys(`${stage.keys.tenant('local')}:idem:*`);

describe('a submit under a key', () => {
  it.each(['MEMORY_SHORT', 'QUEUE_TOO_LONG', 'QUEUE_OVERDUE'] as const)(
    'leaves no record when it is shed: %s',
    async (code) => {
      await expect(desk.once(request, failing(new CocError(code, 'come again')))).rejects.toThrow(code);
      expect(await records()).toEqual([]);
    },
  );

  it('is answered with what an earlier try had accepted though it would be refused by now', async () => {
    const { id } = aDraft();
    await stage.store.accept(aDraft({ id, requestHash: 'h' }), planOf([echo('a')]));
    const refused = failing(new CocError('ACTION_UNKNOWN', 'no such action'));
    const accepted = { id, created: false };
    expect(await desk.once({ ...request, directiveId: id }, refused)).toEqual(accepted);
    const other = desk.once({ ...request, key: 'other', requestHash: 'two', directiveId: id }, refused);
    await expect(other).rejects.toThrow('IDEMPOTENCY_MISMATCH');
    await expect(desk.once({ ...request, key: 'new', directiveId: aDraft().id }, refused)).rejects.toThrow(
      'ACTION_UNKNOWN',
    );
    expect(await records()).toHaveLength(1);
  });

  it('of which nobody knows what came leaves one for no longer than a lease', async () => {
    await expect(desk.once(request, failing(new CocError('UNAVAILABLE', 'gone')))).rejects.toThrow('UNAVAILABLE');
    const [key] = await records();
    expect(await bed.redis.pttl(key!)).toBeLessThanOrEqual(15_000);
  });
});
