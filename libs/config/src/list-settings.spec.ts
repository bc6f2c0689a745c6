import { describe, expect, it } from '@jest/globals';
import { loadEnv } from './env.js';
import { listSettings, type Setting } from './list-settings.js';

const settings = listSettings().flatMap((group) => group.settings);
const named = (name: string): Setting | undefined => settings.find((setting) => setting.name === name);

describe('listSettings', () => {
  it('has each setting once, with what it is for in one sentence', () => {
    const names = settings.map(({ name }) => name);
    expect(names.filter((name, at) => names.indexOf(name) !== at)).toEqual([]);
    for (const { name, purpose } of settings) {
      expect([name, purpose]).toEqual([name, expect.stringMatching(/^\S.{9,}[.:]$/)]);
      expect([name, purpose.includes('\n')]).toEqual([name, false]);
    }
  });

  it('says defaults and ranges as the schema has them', () => {
    expect(named('COC_SHARDS')).toMatchObject({ fallback: '1', range: '1 to 1024' });
    expect(named('COC_MODE')).toMatchObject({ fallback: 'mock', range: 'mock, real' });
    expect(named('COC_ALLOW_EVICTION')).toMatchObject({ fallback: '', range: '0, 1, true, false' });
    expect(named('COC_SHED_MEMORY_BYTES')).toMatchObject({ fallback: '0', range: 'whole number from 0' });
    expect(named('COC_URL')).toMatchObject({ fallback: '', range: 'http or https address' });
    expect(named('COC_KEY_PREFIX')).toMatchObject({ range: 'matches ^[A-Za-z0-9_-]{1,40}$' });
  });

  it('gives defaults that are taken when they are written down', () => {
    const written = Object.fromEntries(settings.map(({ name, fallback }) => [name, fallback]));
    expect(loadEnv(written)).toEqual(loadEnv({}));
  });
});
