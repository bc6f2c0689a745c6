import { applyDecorators } from '@nestjs/common';
import { ApiAcceptedResponse, ApiHeader } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import type { z } from 'zod';
import { CocError, SubmitAccepted } from '#libs/contracts';
import { Problems } from './answers.js';
import type { Submission } from './directive-ingress.js';

const idempotencyKeyPattern = /^[\x21-\x7e]{1,255}$/;

const locationHeader = { Location: { description: 'where the directive is', schema: { type: 'string' as const } } };

/** What the routes that take a directive in have in common in the docs. */
export function Submits(...further: number[]): MethodDecorator {
  return applyDecorators(
    ApiHeader({
      name: 'Idempotency-Key',
      required: false,
      description:
        '1 to 255 visible ASCII characters; for 24 h the same key and body give the same directive, whatever became of it',
    }),
    ApiHeader({ name: 'traceparent', required: false, description: 'W3C trace context the directive becomes part of' }),
    ApiAcceptedResponse({ standardSchema: SubmitAccepted, headers: locationHeader }),
    Problems(403, 409, 413, 415, 422, 429, ...further),
  );
}

function checkKey(key: string | undefined): void {
  if (key !== undefined && !idempotencyKeyPattern.test(key)) {
    throw new CocError('REQUEST_INVALID', 'Idempotency-Key is 1 to 255 visible ASCII characters');
  }
}

interface SubmitHeaders {
  idempotencyKey: string | undefined;
  traceparent: string | undefined;
}

/** Hands what makes a directive to the ingress room and tells where it is. Throws CocError. */
export async function takeIn(
  { idempotencyKey, traceparent }: SubmitHeaders,
  reply: FastifyReply,
  take: (origin: Pick<Submission, 'idempotencyKey' | 'traceparent'>) => Promise<{ id: string }>,
): Promise<z.infer<typeof SubmitAccepted>> {
  checkKey(idempotencyKey);
  const { id } = await take({ ...(idempotencyKey && { idempotencyKey }), ...(traceparent && { traceparent }) });
  reply.header('location', `/api/v1/directives/${id}`);
  return { id };
}
