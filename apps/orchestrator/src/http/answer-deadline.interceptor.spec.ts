import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import type { ExecutionContext } from '@nestjs/common';
import { NEVER, Observable, of } from 'rxjs';
import { AnswerDeadline } from './answer-deadline.interceptor.js';

const context = {} as ExecutionContext;

function answered(source: Observable<unknown>): unknown[] {
  const seen: unknown[] = [];
  new AnswerDeadline()
    .intercept(context, { handle: () => source })
    .subscribe({ next: (value) => seen.push(value), error: (error: unknown) => seen.push(error) });
  return seen;
}

describe('a question', () => {
  beforeEach(() => void jest.useFakeTimers());
  afterEach(() => void jest.useRealTimers());

  it('that Redis never answers is answered after 15 s all the same', () => {
    const seen = answered(NEVER);
    jest.advanceTimersByTime(14_999);
    expect(seen).toEqual([]);
    jest.advanceTimersByTime(1);
    expect(seen).toEqual([expect.objectContaining({ code: 'UNAVAILABLE', status: 503 })]);
  });

  it('that is answered in time keeps its answer', () => {
    const seen = answered(of('yes'));
    jest.advanceTimersByTime(60_000);
    expect(seen).toEqual(['yes']);
  });
});
