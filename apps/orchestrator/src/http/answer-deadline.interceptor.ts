import type { CallHandler, ExecutionContext, NestInterceptor } from '@nestjs/common';
import { throwError, timeout, type Observable } from 'rxjs';
import { CocError, limits } from '#libs/contracts';
import { repeatIt } from './problem.js';

const patienceMs = limits.answerWithinMs;

/** Commands wait for a Redis that is away; whoever asked gets an answer all the same. */
export class AnswerDeadline implements NestInterceptor {
  intercept(_context: ExecutionContext, next: CallHandler): Observable<unknown> {
    const giveUp = (): Observable<never> =>
      throwError(
        () => new CocError('UNAVAILABLE', `the record did not answer in ${patienceMs / 1_000} s; ${repeatIt}`),
      );
    return next.handle().pipe(timeout({ first: patienceMs, with: giveUp }));
  }
}
