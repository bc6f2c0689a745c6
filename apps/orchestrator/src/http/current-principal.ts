import { Injectable, createParamDecorator, type CanActivate, type ExecutionContext } from '@nestjs/common';
import { localPrincipal, type Principal } from '#libs/contracts';

type Identified = { principal?: Principal };

/** Says who asks. The embedded default has one local principal; nothing in a request can name another tenant. */
@Injectable()
export class PrincipalGuard implements CanActivate {
  canActivate(context: ExecutionContext): boolean {
    context.switchToHttp().getRequest<Identified>().principal = localPrincipal;
    return true;
  }
}

export const CurrentPrincipal = createParamDecorator((_: unknown, context: ExecutionContext): Principal => {
  const { principal } = context.switchToHttp().getRequest<Identified>();
  if (!principal) throw new Error('a route without the principal guard asked for its principal');
  return principal;
});
