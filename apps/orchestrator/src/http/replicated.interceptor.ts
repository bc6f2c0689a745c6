import { SetMetadata, type CallHandler, type ExecutionContext, type NestInterceptor } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { mergeMap, type Observable } from 'rxjs';
import { CocError } from '#libs/contracts';
import type { Replication } from '#libs/state';
import { repeatIt } from './problem.js';

const changesNothing = 'changes-nothing';

/** Marks a POST that only asks. */
export const ChangesNothing = (): MethodDecorator => SetMetadata(changesNothing, true);

/** What changes something is answered when enough replicas have it (COC_REDIS_REPLICAS), so that a failover cannot take the answer back. */
export class ReplicatedAnswer implements NestInterceptor {
  constructor(private readonly replication: Replication) {}

  intercept(context: ExecutionContext, next: CallHandler): Observable<unknown> {
    const { method } = context.switchToHttp().getRequest<FastifyRequest>();
    const { connection } = this.replication;
    const asksOnly = method === 'GET' || Reflect.hasMetadata(changesNothing, context.getHandler());
    if (asksOnly) return next.handle();
    return next.handle().pipe(mergeMap(async (answer) => this.confirmed(answer, connection)));
  }

  private async confirmed(answer: unknown, connection: number): Promise<unknown> {
    if (await this.replication.confirm(connection)) return answer;
    throw new CocError('UNAVAILABLE', `too few replicas of Redis have it yet; ${repeatIt}`);
  }
}
