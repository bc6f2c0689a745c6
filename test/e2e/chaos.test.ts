import { describe, it } from '@jest/globals';
import { surviveChaos } from '../setup/chaos-run.js';

describe('under chaos', () => {
  // A short lock, so that the run need not wait 9 s for each worker that it killed last.
  it('15 kills and some pauses leave 200 tasks whole', async () => {
    await surviveChaos('--kills', '15', '--pauses', '4', '--tasks', '200', '--lock-ms', '3000', '--pace', '0.5');
  }, 360_000);
});
