import { createHash } from 'node:crypto';
import {
  Inject,
  Injectable,
  UseGuards,
  applyDecorators,
  type CanActivate,
  type ExecutionContext,
} from '@nestjs/common';
import { ApiHeader, ApiResponse } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { CocError } from '#libs/contracts';
import { DirectiveReader } from '#libs/state';
import { callerOf, type GatedRequest } from '../identity/front-gate.js';
import { Problems } from './answers.js';

const tagPattern = /^(?:W\/)?"(\d{1,15})\.[\w-]{11}"$/;

/** `"<last event of the directive>.<hash of the answer>"`: the one tells what an order may be held against, the other any change of what is shown. */
function tagOf(lastSeq: number, body: unknown): string {
  return `"${lastSeq}.${createHash('sha256').update(JSON.stringify(body)).digest('base64url').slice(0, 11)}"`;
}

/** Documents the `ETag` of an answer and `If-None-Match`. */
export function Versioned(): MethodDecorator {
  return applyDecorators(
    ApiHeader({ name: 'If-None-Match', required: false, description: 'the `ETag` of an earlier answer' }),
    ApiResponse({ status: 304, description: 'it is what it was' }),
  );
}

/** Names the version of an answer; undefined, and 304, when the caller has it already. */
export function versioned<T>(
  reply: FastifyReply,
  ifNoneMatch: string | undefined,
  lastSeq: number,
  body: T,
): T | undefined {
  const tag = tagOf(lastSeq, body);
  void reply.header('etag', tag);
  const known = (ifNoneMatch ?? '').split(',').map((each) => each.trim().replace(/^W\//, ''));
  if (!known.includes(tag) && ifNoneMatch?.trim() !== '*') return body;
  void reply.status(304);
  return undefined;
}

/** The last event of the directive that the caller saw; undefined when he does not say. Throws PRECONDITION_FAILED on what no answer had. */
export function seenSeq(ifMatch: string | undefined): number | undefined {
  if (ifMatch === undefined || ifMatch.trim() === '*') return undefined;
  const found = tagPattern.exec(ifMatch.trim());
  if (!found) throw new CocError('PRECONDITION_FAILED', 'If-Match is not one `ETag` that this API gave');
  return Number(found[1]);
}

/** Looks just before the order, which is given by a step of its own: an event between the two goes unseen. */
@Injectable()
class IfMatchGuard implements CanActivate {
  constructor(@Inject(DirectiveReader) private readonly reader: DirectiveReader) {}

  async canActivate(context: ExecutionContext): Promise<boolean> {
    const request = context.switchToHttp().getRequest<GatedRequest>();
    const seen = seenSeq(request.headers['if-match']);
    if (seen === undefined) return true;
    const { id } = request.params as { id: string };
    const directive = await this.reader.get(callerOf(request).principal.tenant, id);
    if (directive && directive.lastSeq !== seen)
      throw new CocError(
        'PRECONDITION_FAILED',
        `${id} changed since: its last event is ${directive.lastSeq}, not ${seen}`,
      );
    return true;
  }
}

const header = ApiHeader({
  name: 'If-Match',
  required: false,
  description: 'the `ETag` of what was seen: when the directive has had an event since, nothing is done',
});

/** An order that may be held against what its giver saw. */
export function HeldAgainst(): MethodDecorator {
  return applyDecorators(UseGuards(IfMatchGuard), header, Problems(412));
}

/** The same where the script of the order looks itself. */
export function HeldAgainstInside(): MethodDecorator {
  return applyDecorators(header, Problems(412));
}
