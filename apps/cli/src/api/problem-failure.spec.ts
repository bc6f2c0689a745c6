import { describe, expect, it } from '@jest/globals';
import { CocError, type ErrorCode, errorCodes } from '#libs/contracts';
import { failureOfAnswer } from './problem-failure.js';

function problem(code: ErrorCode) {
  const { status, detail } = new CocError(code, 'because');
  return { status, body: { type: 'about:blank', title: code, status, code, detail } };
}

const byExitCode: Record<number, ErrorCode[]> = {
  1: ['ACTION_CONFLICT', 'REF_TAKEN', 'TRANSITION_ILLEGAL', 'FORBIDDEN', 'INTERNAL'],
  3: ['UNAVAILABLE'],
  4: ['NOT_FOUND'],
};

describe('a refusal of the server', () => {
  it.each(Object.keys(errorCodes) as ErrorCode[])(
    '%s becomes its documented exit code and names a next step',
    (code) => {
      const expected = Object.entries(byExitCode).find(([, codes]) => codes.includes(code))?.[0] ?? '2';
      const failure = failureOfAnswer(problem(code), 'http://server');
      expect(failure.exitCode).toBe(Number(expected));
      expect(failure.message).toBe(`${code}: because`);
      expect(failure.next).not.toBe('');
    },
  );

  it('prints each fault with its pointer', () => {
    const errors = [
      { pointer: '/tasks/0/action', code: 'ACTION_UNKNOWN', detail: 'no action "x.y"' },
      { pointer: '', code: 'REQUEST_INVALID', detail: 'give tasks' },
    ];
    const answer = problem('REQUEST_INVALID');
    const failure = failureOfAnswer({ ...answer, body: { ...answer.body, errors } }, 'http://server');
    expect(failure.details).toEqual([
      '/tasks/0/action  ACTION_UNKNOWN  no action "x.y"',
      '(the whole document)  REQUEST_INVALID  give tasks',
    ]);
    expect(failure.next).toContain('coc actions list');
  });

  it('that is no problem document is told as another server', () => {
    const failure = failureOfAnswer({ status: 502, body: '<html>' }, 'http://server');
    expect(failure).toMatchObject({
      exitCode: 1,
      message: 'http://server answered 502 with something that is not the coc API',
    });
  });
});
