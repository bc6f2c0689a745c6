import { randomUUID } from 'node:crypto';
import { Catch, type ArgumentsHost, type ExceptionFilter } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Logger } from '#libs/telemetry';
import { problemOf, sendProblem, translate } from './problem.js';

/** The one place where an error becomes an answer: `application/problem+json`, never a stack and never another system's text. */
@Catch()
export class ProblemFilter implements ExceptionFilter {
  constructor(private readonly logger: Logger) {}

  catch(error: unknown, host: ArgumentsHost): void {
    const request = host.switchToHttp().getRequest<FastifyRequest>();
    const reply = host.switchToHttp().getResponse<FastifyReply>();
    // A handler that comes back after its time was up: the caller has the answer already.
    if (reply.sent) return;
    sendProblem(reply, problemOf(error, request, this.log(error, request)));
  }

  /** Logs what the caller cannot mend; answers the id under which it stands there. */
  private log(error: unknown, request: FastifyRequest): string {
    const incident = randomUUID();
    const known = translate(error, request);
    if (known === undefined || known.status >= 500) {
      this.logger.error({ err: error, incident, method: request.method, path: request.url }, 'a request failed');
    }
    return incident;
  }
}
