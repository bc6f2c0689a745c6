import { describe, expect, it } from '@jest/globals';
import { auditPlaces, parseAuditKey } from './audit-settings.js';
import { loadAuditSettings } from './cli-env.js';
import { EnvError, loadEnv } from './env.js';

const secret = 'x'.repeat(32);
const nothing = { key: undefined, keyFile: undefined, headFile: undefined };

describe('the settings of the seals', () => {
  it('are the same for the recorder and for coc', () => {
    const variables = { COC_AUDIT_KEY: secret, COC_AUDIT_KEY_FILE: '/k', COC_AUDIT_HEAD: '/h' };
    expect(loadEnv(variables).audit).toEqual({ key: secret, keyFile: '/k', headFile: '/h' });
    expect(loadAuditSettings(variables)).toEqual(loadEnv(variables).audit);
    expect(loadAuditSettings({ COC_AUDIT_KEY: '', COC_AUDIT_HEAD: '' })).toEqual(nothing);
  });

  it('refuse a key of less than 32 bytes, without its value', () => {
    const short = secret.slice(1);
    expect(() => loadEnv({ COC_AUDIT_KEY: short })).toThrow(EnvError);
    expect(() => loadAuditSettings({ COC_AUDIT_KEY: short })).toThrow(
      /^settings are wrong: COC_AUDIT_KEY: must be at least 32 bytes$/,
    );
    expect(() => parseAuditKey(`${short}\n`)).toThrow(RangeError);
    expect(parseAuditKey(`${'é'.repeat(16)}\n`)).toBe('é'.repeat(16));
  });

  it('put key and head into the data folder, and another head for another trace folder', () => {
    const one = auditPlaces(nothing, { dataDir: '/data', traceDir: '/out/traces' });
    const moved = auditPlaces(nothing, { dataDir: '/srv/data', traceDir: '/srv/out/traces' });
    const other = auditPlaces(nothing, { dataDir: '/data', traceDir: '/out/other' });
    expect(one.keyFile).toBe('/data/audit/key');
    expect(one.headFile).toMatch(/^\/data\/audit\/head-[0-9a-f]{8}\.json$/);
    expect(moved.headFile.slice('/srv'.length)).toBe(one.headFile);
    expect(other).toMatchObject({ keyFile: one.keyFile, headFile: expect.not.stringMatching(one.headFile) });
  });

  it('put them where they are told to', () => {
    const settings = { key: undefined, keyFile: '/run/secrets/key', headFile: '/mnt/head.json' };
    expect(auditPlaces(settings, { dataDir: 'd', traceDir: 't' })).toEqual({
      keyFile: '/run/secrets/key',
      headFile: '/mnt/head.json',
    });
  });
});
