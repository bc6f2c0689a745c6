import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { limits } from '#libs/contracts';
import { parseFailedReason, parseReturnValue } from './classify-outcome.js';

const nonce = 'nonce-of-8';
const artifact = { name: 'report.md', sha256: 'a'.repeat(64), bytes: 3, mimeType: 'text/markdown' };

describe('parseReturnValue', () => {
  it.each<[string | undefined, unknown]>([
    ['5', 5],
    ['"text"', 'text'],
    ['[1,2]', [1, 2]],
    ['null', null],
    ['', null],
    ['undefined', null],
    [undefined, null],
    ['{"usage":{"tokens":1}}', { usage: { tokens: 1 } }],
    ['{"output":1,"other":2}', { output: 1, other: 2 }],
    ['{}', {}],
  ])('takes %j as the output itself', (text, output) => {
    expect(parseReturnValue(text, nonce)).toEqual({ report: { output }, outputText: JSON.stringify(output) });
  });

  it.each<[string, object]>([
    ['{"output":1}', { output: 1 }],
    ['{"output":null,"usage":{"costUsd":0.5,"tokens":3}}', { output: null, usage: { costUsd: 0.5, tokens: 3 } }],
    [JSON.stringify({ output: {}, artifacts: [artifact] }), { output: {}, artifacts: [artifact] }],
  ])('takes %s as a report', (text, report) => {
    expect(parseReturnValue(text, nonce)).toMatchObject({ report });
  });

  it('takes a claim with the nonce of the attempt, and what lacks it as the value it is', () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.string(), (output, other) => {
        const claim = { sha256: 'a'.repeat(64), bytes: 40_000 };
        const report = (named: string): string => JSON.stringify({ output, outputClaim: { ...claim, nonce: named } });
        expect(parseReturnValue(report(nonce), nonce)).toEqual({ claim, report: {} });
        fc.pre(other !== nonce);
        expect(parseReturnValue(report(other), nonce)).toMatchObject({ report: { output: JSON.parse(report(other)) } });
      }),
    );
  });

  it.each<[object, string]>([
    [{ sha256: 'a'.repeat(63), bytes: 1, nonce }, 'OUTCOME_INVALID'],
    [{ sha256: 'a'.repeat(64), bytes: limits.maxOutputBytes + 1, nonce }, 'OUTPUT_TOO_LARGE'],
  ])('refuses the claim %j', (outputClaim, code) => {
    const text = JSON.stringify({ output: null, outputClaim, usage: { tokens: 7 } });
    expect(parseReturnValue(text, nonce)).toMatchObject({
      failure: { code, class: 'permanent', usage: { tokens: 7 } },
    });
  });

  it.each<[string, string, string]>([
    ['{"output":1,"usage":{"costUsd":-1}}', 'OUTCOME_INVALID', '/usage/costUsd wrongly'],
    ['{"output":1,"usage":{"dollars":1}}', 'OUTCOME_INVALID', '/usage wrongly'],
    ['{"output":1,"usage":5}', 'OUTCOME_INVALID', '/usage wrongly'],
    ['{"output":1,"artifacts":[{"name":"x"}]}', 'OUTCOME_INVALID', '/artifacts/0/sha256 wrongly'],
    ['{not json', 'OUTPUT_MALFORMED', 'not JSON'],
    ['['.repeat(33) + ']'.repeat(33), 'OUTPUT_TOO_DEEP', 'limit of 32'],
    ['['.repeat(100_000) + ']'.repeat(100_000), 'OUTPUT_TOO_DEEP', 'limit of 32'],
  ])('refuses %.60s', (text, code, message) => {
    expect(parseReturnValue(text, nonce)).toEqual({
      failure: {
        class: 'permanent',
        code,
        message: expect.stringContaining(message),
      },
    });
  });

  it.each([
    ['the value itself', (content: string) => JSON.stringify(content)],
    ['a report', (content: string) => JSON.stringify({ output: content, usage: { tokens: 1 } })],
  ])('counts the bytes of the output in %s', (_, write) => {
    const fits = 'é'.repeat(limits.maxOutputBytes / 2 - 1);
    expect(parseReturnValue(write(fits), nonce)).toHaveProperty('report');
    expect(parseReturnValue(write(`${fits}x`), nonce)).toMatchObject({
      failure: {
        class: 'permanent',
        code: 'OUTPUT_TOO_LARGE',
        message: expect.stringContaining(
          `${limits.maxOutputBytes + 1} bytes and the limit is ${limits.maxOutputBytes}`,
        ),
      },
    });
  });

  it.each([
    { output: 'x'.repeat(limits.maxOutputBytes), usage: { tokens: 7 } },
    { output: JSON.parse('['.repeat(40) + ']'.repeat(40)), usage: { tokens: 7 } },
    { output: 1, usage: { tokens: 7 }, artifacts: 'none' },
  ])('keeps the usage of a report it refuses', (report) => {
    expect(parseReturnValue(JSON.stringify(report), nonce)).toHaveProperty('failure.usage', { tokens: 7 });
  });

  it('does not hold escapes of a foreign JSON writer against it', () => {
    const text = `"${String.raw`\u00e9`.repeat(limits.maxOutputBytes / 2 - 1)}"`;
    expect(parseReturnValue(text, nonce)).toHaveProperty('report');
  });

  it('refuses a huge text before it is parsed', () => {
    const failure = {
      code: 'OUTPUT_TOO_LARGE',
      message: expect.stringContaining(`${7 * limits.maxOutputBytes} bytes`),
    };
    expect(parseReturnValue('['.repeat(7 * limits.maxOutputBytes), nonce)).toMatchObject({ failure });
  });

  it('gives back any JSON value within the limits', () => {
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 20 }), (output) => {
        expect(parseReturnValue(JSON.stringify({ output }), nonce)).toMatchObject({
          outputText: JSON.stringify(output),
        });
      }),
    );
  });
});

describe('parseFailedReason', () => {
  const plain = { class: 'transient', code: 'WORKER_ERROR' };

  it.each<[string, object]>([
    ['it broke', { ...plain, message: 'it broke' }],
    ['', { ...plain, message: 'the worker failed without a message' }],
    ['{"other":1}', { ...plain, message: '{"other":1}' }],
    ['{broken', { ...plain, message: '{broken' }],
    ['["message"]', { ...plain, message: '["message"]' }],
    ['{"message":"slow"}', { ...plain, message: 'slow' }],
    ['{"code":"NO_DISK"}', { ...plain, code: 'NO_DISK', message: 'NO_DISK' }],
    ['{"message":""}', { ...plain, message: 'the worker failed without a message' }],
    [
      ' {"code":"QUOTA","message":"later","class":"rate-limited","retryAfterMs":5000,"usage":{"costUsd":1}}',
      {
        class: 'rate-limited',
        code: 'QUOTA',
        message: 'later',
        retryAfterMs: 5_000,
        usage: { costUsd: 1 },
      },
    ],
    ['{"message":"m","class":"permanent"}', { ...plain, class: 'permanent', message: 'm' }],
    ['{"message":"m","class":"fatal","retryAfterMs":-1,"usage":{"x":1}}', { ...plain, message: 'm' }],
    ['{"message":"m","class":"lost"}', { ...plain, class: 'lost', message: 'm' }],
    ['{"message":"m","class":"expired"}', { ...plain, message: 'm' }],
  ])('reads %s', (text, failure) => {
    expect(parseFailedReason(text)).toEqual(failure);
  });

  it('cuts a long message, and never inside a character', () => {
    const { message } = parseFailedReason(`x${'😀'.repeat(limits.maxErrorMessageChars)}`);
    expect(message).toHaveLength(limits.maxErrorMessageChars);
    expect(message.isWellFormed()).toBe(true);
  });

  it('does not parse a report larger than an output may be', () => {
    const text = JSON.stringify({ code: 'X', message: 'y'.repeat(limits.maxOutputBytes) });
    expect(parseFailedReason(text).code).toBe('WORKER_ERROR');
  });

  it('makes something of any text', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.json()), (text) => {
        expect(parseFailedReason(text).message.length).toBeGreaterThan(0);
      }),
    );
  });
});
