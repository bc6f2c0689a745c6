import { homedir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { loadCliEnv } from './cli-env.js';
import { EnvError } from './env.js';

describe('the settings of the command line tool', () => {
  it('may all be absent', () => {
    expect(loadCliEnv({})).toEqual({ color: true, canMoveCursor: true, stateDir: join(homedir(), '.local', 'state') });
    expect(loadCliEnv({ XDG_STATE_HOME: '/there' }).stateDir).toBe('/there');
  });

  it('count an empty variable as not set', () => {
    expect(loadCliEnv({ COC_URL: '', COC_DATA_DIR: '', NO_COLOR: '' })).toEqual(loadCliEnv({}));
  });

  it('switch colour off for any value of NO_COLOR', () => {
    expect(loadCliEnv({ NO_COLOR: '0' }).color).toBe(false);
  });

  it('refuse an address that is not http, by name and without its value', () => {
    expect(() => loadCliEnv({ COC_URL: 'redis://:secret@host' })).toThrow(EnvError);
    expect(() => loadCliEnv({ COC_URL: 'redis://:secret@host' })).toThrow(/^settings are wrong: COC_URL: (?!.*secret)/);
  });
});
