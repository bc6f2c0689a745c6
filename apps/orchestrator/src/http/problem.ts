import { HttpException } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { CocError, limits, type ErrorCode, type Problem } from '#libs/contracts';

const codeByStatus: Partial<Record<number, ErrorCode>> = {
  401: 'UNAUTHENTICATED',
  403: 'FORBIDDEN',
  404: 'NOT_FOUND',
  413: 'BODY_TOO_LARGE',
  415: 'MEDIA_TYPE_UNSUPPORTED',
};

function pathOf(request: FastifyRequest): string {
  return request.url.split('?', 1)[0]!;
}

/** The status a library gave its error. */
function statusOf(error: unknown): number | undefined {
  if (error instanceof HttpException) return error.getStatus();
  const statusCode = (error as { statusCode?: unknown } | null | undefined)?.statusCode;
  return typeof statusCode === 'number' ? statusCode : undefined;
}

/** Redis' own word for "not now", the first of its answer; the rest of that answer is for the log only. */
const notNow = /^(LOADING|READONLY|OOM|MISCONF|CLUSTERDOWN|MASTERDOWN|NOREPLICAS|TRYAGAIN|BUSY) /;

function isRedisRefusal(error: unknown): boolean {
  return error instanceof Error && error.name === 'ReplyError' && notNow.test(error.message);
}

export const repeatIt = 'whether it was done is not known: repeat it, a submit with the same Idempotency-Key';

function detailOf(status: number, error: unknown, request: FastifyRequest): string {
  if (status === 404) return `there is nothing at ${request.method} ${pathOf(request).slice(0, 500)}`;
  if (status === 413) {
    const limit = request.routeOptions?.bodyLimit ?? limits.maxBodyBytes;
    const declared = request.headers['content-length'];
    const size = declared === undefined ? 'is' : `has ${declared} bytes, which is`;
    return `the body ${size} more than the limit of ${limit} bytes; large data belongs in an artifact`;
  }
  if (status === 415) return 'send the body as UTF-8 with content-type application/json';
  return error instanceof Error ? error.message.slice(0, 500) : 'the request cannot be served';
}

/** The error as one of ours; undefined when it is a bug or a broken machine, which is for the log and not for the caller. */
export function translate(error: unknown, request: FastifyRequest): CocError | undefined {
  if (error instanceof CocError) return error;
  if (isRedisRefusal(error)) return new CocError('UNAVAILABLE', `the record takes no writes just now; ${repeatIt}`);
  const status = statusOf(error);
  if (status === undefined || status < 400 || status >= 500) return undefined;
  return new CocError(codeByStatus[status] ?? 'REQUEST_INVALID', detailOf(status, error, request));
}

/** A key may be as long as the body: an answer must not repeat 8 MB for each of 100 faults. A cycle of 20 ids takes 2,600. */
const maxTextChars = 4_000;
const shorten = (text: string): string => text.slice(0, maxTextChars);

function standingOf({ standing, task }: CocError): Pick<Problem, 'state' | 'allowed' | 'task'> {
  return {
    ...(standing && { state: standing.state, allowed: [...standing.allowed] }),
    ...(task && { task: { state: task.state, allowed: [...task.allowed] } }),
  };
}

/** RFC 9457. */
export function problemFrom(error: CocError, instance?: string): Problem {
  const { code, detail, status, faults } = error;
  const title = code.toLowerCase().replaceAll('_', ' ');
  const place = instance === undefined ? {} : { instance };
  const problem: Problem = {
    type: `/docs/errors#${code}`,
    title,
    status,
    code,
    detail: shorten(detail),
    ...place,
    ...standingOf(error),
  };
  if (faults.length === 0) return problem;
  const errors = faults.map((fault) => ({
    ...fault,
    pointer: shorten(fault.pointer),
    detail: shorten(fault.detail),
  }));
  return { ...problem, errors };
}

/** `incident` is the id under which the log has an error that the caller cannot mend. */
export function problemOf(error: unknown, request: FastifyRequest, incident = ''): Problem {
  const known = translate(error, request);
  const hidden = `something went wrong here, not in the request; the log has it as ${incident}`;
  return problemFrom(known ?? new CocError('INTERNAL', hidden), pathOf(request));
}

export function sendProblem(reply: FastifyReply, problem: Problem): void {
  // Fastify closes the connection on a body it will not read. Then the caller meets a reset instead of the reason;
  // left open, Node reads the rest and throws it away, at most for the 30 s a request may take.
  if (problem.status === 413) reply.removeHeader('connection');
  void reply
    .status(problem.status)
    .header('cache-control', 'no-store')
    .header('x-content-type-options', 'nosniff')
    .headers(problem.status === 401 ? { 'www-authenticate': 'Bearer realm="coc"' } : {})
    .type('application/problem+json')
    .send(JSON.stringify(problem));
}
