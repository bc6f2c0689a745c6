import { randomUUID } from 'node:crypto';
import { Catch, type ArgumentsHost, type ExceptionFilter } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { CocError } from '#libs/contracts';
import type { Logger } from '#libs/telemetry';
import { problemOf, sendProblem, translate } from './problem.js';

/** The one place where an error becomes an answer: `application/problem+json`, never a stack and never another system's text. */
@Catch()
export class ProblemFilter implements ExceptionFilter {
  constructor(private readonly logger: Logger) {}

  catch(error: unknown, host: ArgumentsHost): void {
    const request = host.switchToHttp().getRequest<FastifyRequest>();
    this.answer(error, request, host.switchToHttp().getResponse<FastifyReply>());
  }

  answer(error: unknown, request: FastifyRequest, reply: FastifyReply): void {
    // A handler that comes back after its time was up: the caller has the answer already.
    if (reply.sent) return;
    if (error instanceof CocError && error.retryAfterMs !== undefined)
      void reply.header('retry-after', Math.max(1, Math.ceil(error.retryAfterMs / 1_000)));
    if (error instanceof CocError && error.code === 'UPGRADE_REQUIRED') void reply.header('upgrade', 'websocket');
    sendProblem(reply, problemOf(error, request, this.log(error, request)));
  }

  /** Logs what the caller cannot mend; answers the id under which it stands there. */
  private log(error: unknown, request: FastifyRequest): string {
    const incident = randomUUID();
    const place = { incident, method: request.method, path: request.url };
    const status = translate(error, request)?.status ?? 500;
    // Our own error is a sentence: a readiness probe would write its stack into the log every second.
    if (status >= 500 && error instanceof CocError) this.logger.warn(place, error.message);
    else if (status >= 500) this.logger.error({ ...place, err: error }, 'a request failed');
    return incident;
  }
}
