import { applyDecorators } from '@nestjs/common';
import { ApiResponse } from '@nestjs/swagger';
import { z } from 'zod';
import { CocError, errorCodes } from '#libs/contracts';

export const LogList = z
  .strictObject({ items: z.array(z.strictObject({ attempt: z.number().int(), line: z.string() })) })
  .meta({ id: 'LogList' });

/** The codes of a status, so that the document says what to look for. */
function codesOf(status: number): string {
  const codes = Object.entries(errorCodes).flatMap(([code, itsStatus]) => (itsStatus === status ? [code] : []));
  return codes.join(', ');
}

/** What any route may answer: a header that is malformed, a defect of ours, a record that does not answer. */
const everywhere = [400, 500, 503];

export function problemAnswer(status: number): MethodDecorator & ClassDecorator {
  return ApiResponse({
    status,
    description: `problem details (RFC 9457) with one of these codes: ${codesOf(status)}`,
    content: { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } },
  });
}

/** Documents the problem answers of a route, beside those of every route. */
export function Problems(...statuses: number[]): MethodDecorator {
  return applyDecorators(...[...statuses, ...everywhere].map(problemAnswer));
}

/** A missing thing and another tenant's thing answer alike. */
export function found<T>(value: T | undefined, what: string): T {
  if (value === undefined) throw new CocError('NOT_FOUND', `there is no ${what}`);
  return value;
}
