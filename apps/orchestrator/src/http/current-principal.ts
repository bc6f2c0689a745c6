import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import type { Principal } from '#libs/contracts';
import type { Caller } from '../identity/caller.js';
import { callerOf, type GatedRequest } from '../identity/front-gate.js';

export const CurrentCaller = createParamDecorator((_: unknown, context: ExecutionContext): Caller => {
  return callerOf(context.switchToHttp().getRequest<GatedRequest>());
});

/** Nothing in a request but its credential can name a tenant. */
export const CurrentPrincipal = createParamDecorator((_: unknown, context: ExecutionContext): Principal => {
  return callerOf(context.switchToHttp().getRequest<GatedRequest>()).principal;
});
