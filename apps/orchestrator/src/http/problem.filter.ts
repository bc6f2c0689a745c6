import { randomUUID } from 'node:crypto';
import { Catch, HttpException, type ArgumentsHost, type ExceptionFilter } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { CocError, type ErrorCode, type Problem } from '#libs/contracts';
import type { Logger } from '#libs/telemetry';
import { bodyLimitOf, bodyTooLarge } from './json-body.parser.js';

const codeByStatus: Partial<Record<number, ErrorCode>> = {
  400: 'REQUEST_INVALID',
  403: 'FORBIDDEN',
  404: 'NOT_FOUND',
  413: 'BODY_TOO_LARGE',
  415: 'MEDIA_TYPE_UNSUPPORTED',
  503: 'UNAVAILABLE',
};

function problemOf({ code, detail, status, faults }: CocError, instance: string): Problem {
  const title = code.toLowerCase().replaceAll('_', ' ');
  const problem: Problem = { type: `/docs/errors#${code}`, title, status, code, detail, instance };
  return faults.length > 0 ? { ...problem, errors: [...faults] } : problem;
}

function statusOf(error: unknown): number | undefined {
  if (error instanceof HttpException) return error.getStatus();
  const status = (error as { statusCode?: unknown }).statusCode;
  return typeof status === 'number' && status >= 400 && status < 500 ? status : undefined;
}

function detailOf(status: number, error: unknown, request: FastifyRequest): string {
  if (status === 404) return `there is nothing at ${request.method} ${pathOf(request)}`;
  if (status === 415) return 'send the body as application/json';
  return error instanceof Error ? error.message : 'the request cannot be served';
}

function pathOf(request: FastifyRequest): string {
  return request.url.split('?', 1)[0]!;
}

/** The one place where an error becomes an answer: `application/problem+json`, never a stack and never another system's text. */
@Catch()
export class ProblemFilter implements ExceptionFilter {
  constructor(private readonly logger: Logger) {}

  catch(error: unknown, host: ArgumentsHost): void {
    const request = host.switchToHttp().getRequest<FastifyRequest>();
    const reply = host.switchToHttp().getResponse<FastifyReply>();
    const problem = problemOf(this.translate(error, request), pathOf(request));
    void reply
      .status(problem.status)
      .header('cache-control', 'no-store')
      .type('application/problem+json')
      .send(JSON.stringify(problem));
  }

  private translate(error: unknown, request: FastifyRequest): CocError {
    if (error instanceof CocError) return error;
    const status = statusOf(error);
    if (status === 413) return bodyTooLarge(bodyLimitOf(request.method, pathOf(request)));
    const code = status === undefined ? undefined : codeByStatus[status];
    if (code !== undefined) return new CocError(code, detailOf(status!, error, request));
    const incident = randomUUID();
    this.logger.error({ err: error, incident, path: pathOf(request) }, 'a request failed');
    return new CocError('INTERNAL', `something went wrong here, not in the request; the log has it as ${incident}`);
  }
}
