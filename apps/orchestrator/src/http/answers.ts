import { applyDecorators } from '@nestjs/common';
import { ApiResponse } from '@nestjs/swagger';
import { z } from 'zod';
import { CocError } from '#libs/contracts';

export const LogList = z
  .strictObject({ items: z.array(z.strictObject({ attempt: z.number().int(), line: z.string() })) })
  .meta({ id: 'LogList' });

/** Documents the problem answers of a route; 500 and 503 are everywhere. */
export function Problems(...statuses: number[]): MethodDecorator {
  const described = [...statuses, 500, 503].map((status) =>
    ApiResponse({
      status,
      description: 'what went wrong, as RFC 9457 problem details',
      content: { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } },
    }),
  );
  return applyDecorators(...described);
}

/** A missing thing and another tenant's thing answer alike. */
export function found<T>(value: T | undefined, what: string): T {
  if (value === undefined) throw new CocError('NOT_FOUND', `there is no ${what}`);
  return value;
}
