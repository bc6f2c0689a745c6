import { describe, it } from '@jest/globals';
import { surviveChaos } from '../setup/chaos-run.js';

describe('under chaos', () => {
  it('a mix of all faults with 40 kills leaves 500 tasks whole', async () => {
    await surviveChaos('--kills', '40', '--tasks', '500', '--faults', 'all');
  }, 1_800_000);

  it('Redis may be away for 7, 20 and 60 s', async () => {
    await surviveChaos('--outages', '--tasks', '100');
  }, 1_800_000);
});
