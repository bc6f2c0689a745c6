import { describe, it } from '@jest/globals';
import { surviveCrashPoints } from '../setup/chaos-run.js';

describe('a process that dies', () => {
  it('at any I/O there is leaves nothing that another does not put right', async () => {
    await surviveCrashPoints();
  }, 1_800_000);
});
