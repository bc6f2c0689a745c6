import type { DirectiveView, EndState, Principal, RetryDirective, RetryPlan, SubmitDirective } from '#libs/contracts';

export interface Submission {
  body: SubmitDirective;
  principal: Principal;
  idempotencyKey?: string;
  traceparent?: string;
  /** Of the dry plan that was seen: with another plan it is not taken in. */
  planHash?: string | undefined;
}

/** The order to do again what a final directive was asked to do. */
export interface Retry extends Omit<Submission, 'body'>, Pick<RetryDirective, 'from' | 'checkpoint'> {
  retryOf: string;
}

export interface SubmitResult {
  id: string;
  /** False when the Idempotency-Key found the directive of an earlier, equal submit. */
  created: boolean;
}

/** What HTTP asks of the ingress room. Every method throws CocError. */
export abstract class DirectiveIngress {
  abstract submit(submission: Submission): Promise<SubmitResult>;
  abstract cancel(principal: Principal, id: string): Promise<DirectiveView>;
  abstract end(principal: Principal, id: string, state: EndState, reason: string): Promise<DirectiveView>;
  abstract start(principal: Principal, id: string): Promise<DirectiveView>;
  abstract retry(retry: Retry): Promise<SubmitResult>;
  /** What the retry would do; stores nothing. */
  abstract planRetry(
    principal: Principal,
    retryOf: string,
    order: Pick<RetryDirective, 'from' | 'checkpoint'>,
  ): Promise<RetryPlan>;
  abstract delete(principal: Principal, id: string): Promise<void>;
  abstract pause(principal: Principal, id: string): Promise<DirectiveView>;
  abstract resume(principal: Principal, id: string): Promise<DirectiveView>;
}
