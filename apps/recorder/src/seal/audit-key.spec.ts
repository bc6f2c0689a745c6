import { createHash, createHmac } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { assert, property, string } from 'fast-check';
import { AuditKey } from './audit-key.js';

/** The figures are openssl's: KEY is `sha256sum` of the secret, and a seal `openssl dgst -sha256 -hmac KEY -binary | basenc --base64url`. */
describe('a key', () => {
  const key = new AuditKey('a secret of at least thirty-two bytes');
  const first = 'yc5mlfJRxPwHorspctJMpbutXRmbjPLiU4jLwshSuiI';

  it('seals a line after the seal of the line before', () => {
    expect(key.seal('', '{"a":1,"line":1}')).toBe(first);
    expect(key.seal(first, '{"b":"é","line":2}')).toBe('vCPMTdrPMDgnhfZqB4dHgRsTNPG4csKB_1LZiQFj3Aw');
  });

  it('has an id, and another key has another one', () => {
    expect(key.id).toBe('acb13d972ff9d6e9');
    expect(new AuditKey('x'.repeat(32)).id).not.toBe(key.id);
  });

  it('makes an HMAC, whatever the secret and the text', () => {
    const texts = string({ unit: 'grapheme', maxLength: 300 });
    assert(
      property(texts, texts, (secret, text) => {
        const hmac = createHmac('sha256', createHash('sha256').update(secret).digest('hex'));
        expect(new AuditKey(secret).seal('', text)).toBe(hmac.update(`\n${text}`).digest('base64url'));
      }),
    );
  });
});
