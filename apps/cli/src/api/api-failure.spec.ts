import { describe, expect, it } from '@jest/globals';
import { ApiError, ForeignAnswerError, ServerUnreachableError } from '#libs/client';
import { CocError, type ErrorCode, errorCodes } from '#libs/contracts';
import { failureOf } from './api-failure.js';

function problem(code: ErrorCode) {
  const { status, detail } = new CocError(code, 'because');
  return { type: 'about:blank', title: code, status, code, detail };
}

const byExitCode: Record<number, ErrorCode[]> = {
  1: [
    'ACTION_CONFLICT',
    'REF_TAKEN',
    'PARENT_ENDED',
    'FAMILY_TOO_LARGE',
    'IDEMPOTENCY_IN_PROGRESS',
    'TRANSITION_ILLEGAL',
    'DIRECTIVE_SETTLING',
    'CHECKPOINT_UNUSABLE',
    'PRECONDITION_FAILED',
    'PLAN_CHANGED',
    'WEBHOOKS_TOO_MANY',
    'UPGRADE_REQUIRED',
    'HOLD_ENDED',
    'DIGEST_STALE',
    'BUDGET_TOO_LOW',
    'FORBIDDEN',
    'RATE_LIMITED',
    'QUEUE_TOO_LONG',
    'QUEUE_OVERDUE',
    'INTERNAL',
    'ARTIFACT_CORRUPT',
  ],
  3: ['UNAVAILABLE', 'MEMORY_SHORT', 'ARTIFACT_STORE_UNAVAILABLE'],
  4: ['NOT_FOUND'],
  8: ['UNAUTHENTICATED'],
};
// 410 is no usage error: the position was right once.
const expectedOf = (code: ErrorCode) =>
  Object.entries(byExitCode).find(([, codes]) => codes.includes(code))?.[0] ??
  ((errorCodes[code] as number) === 410 ? '1' : '2');

describe('what the user is told of an error of the client', () => {
  it.each(Object.keys(errorCodes) as ErrorCode[])(
    '%s becomes its documented exit code and names a next step',
    (code) => {
      const failure = failureOf(new ApiError(problem(code)));
      expect(failure?.exitCode).toBe(Number(expectedOf(code)));
      expect(failure?.message).toBe(`${code}: because`);
      expect(failure?.next).not.toBe('');
    },
  );

  it('has each fault with its pointer', () => {
    const errors = [
      { pointer: '/tasks/0/action', code: 'ACTION_UNKNOWN', detail: 'no action "x.y"' },
      { pointer: '', code: 'REQUEST_INVALID', detail: 'give tasks' },
    ];
    const failure = failureOf(new ApiError({ ...problem('REQUEST_INVALID'), errors }));
    expect(failure?.details).toEqual([
      '/tasks/0/action  ACTION_UNKNOWN  no action "x.y"',
      '(the whole document)  REQUEST_INVALID  give tasks',
    ]);
    expect(failure?.next).toContain('coc actions list');
  });

  it('says to whoever may not approve how somebody else does', () => {
    expect(failureOf(new ApiError(problem('FORBIDDEN')))?.next).toContain('--as NAME');
  });

  it('is another server when the answer is no problem document', () => {
    expect(failureOf(new ForeignAnswerError('http://server', 502))).toMatchObject({
      exitCode: 1,
      message: 'http://server answered 502 with something that is not the coc API',
    });
  });

  it('is exit code 3 with the way to a server when nobody answers', () => {
    const failure = failureOf(new ServerUnreachableError('http://server', 'no answer'));
    expect(failure).toMatchObject({ exitCode: 3, message: 'no answer', next: expect.stringContaining('coc up') });
  });

  it('is nothing for a fault of our own', () => {
    expect(failureOf(new TypeError('x is undefined'))).toBeUndefined();
  });
});
