import type { CallHandler, ExecutionContext, NestInterceptor } from '@nestjs/common';
import { Subject, mergeMap, raceWith, throwError, timeout, type Observable } from 'rxjs';
import { CocError, limits } from '#libs/contracts';
import { repeatIt } from './problem.js';

const patienceMs = limits.answerWithinMs;

/** Commands wait for a Redis that is away; whoever asked gets an answer all the same. */
export class AnswerDeadline implements NestInterceptor {
  private readonly ending = new Subject<void>();

  /** The process ends: who still waits is told so now, instead of meeting a closed connection. */
  endAll(): void {
    this.ending.next();
  }

  intercept(_context: ExecutionContext, next: CallHandler): Observable<unknown> {
    const giveUp = (): Observable<never> =>
      throwError(
        () => new CocError('UNAVAILABLE', `the record did not answer in ${patienceMs / 1_000} s; ${repeatIt}`),
      );
    const end = (): Observable<never> =>
      throwError(() => new CocError('UNAVAILABLE', `the server is shutting down; ${repeatIt}`));
    return next.handle().pipe(raceWith(this.ending.pipe(mergeMap(end))), timeout({ first: patienceMs, with: giveUp }));
  }
}
