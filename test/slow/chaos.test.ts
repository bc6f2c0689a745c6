import { describe, it } from '@jest/globals';
import { surviveChaos } from '../setup/chaos-run.js';

describe('under chaos', () => {
  it('a mix of all faults with 40 kills leaves 500 tasks whole', async () => {
    await surviveChaos('--kills', '40', '--tasks', '500', '--faults', 'all');
  }, 600_000);

  it('Redis may be away for 7, 20 and 60 s', async () => {
    await surviveChaos('--outages', '--tasks', '100');
  }, 600_000);
});
