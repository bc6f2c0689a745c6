import { Injectable, createParamDecorator, type CanActivate, type ExecutionContext } from '@nestjs/common';
import { CocError, localPrincipal, type Principal } from '#libs/contracts';

type Identified = { principal?: Principal; headers: Record<string, string | string[] | undefined> };

const actorPattern = /^[\w.@-]{1,100}$/;

/**
 * Says who asks. The embedded default has one local principal, who may say by which name he acts (`Coc-Actor`); nothing in a request
 * can name another tenant.
 */
@Injectable()
export class PrincipalGuard implements CanActivate {
  canActivate(context: ExecutionContext): boolean {
    const request = context.switchToHttp().getRequest<Identified>();
    const actor = request.headers['coc-actor'];
    if (actor !== undefined && !(typeof actor === 'string' && actorPattern.test(actor))) {
      throw new CocError('REQUEST_INVALID', 'Coc-Actor is 1 to 100 letters, digits, "_", ".", "@" and "-"');
    }
    request.principal = actor === undefined ? localPrincipal : { ...localPrincipal, actor };
    return true;
  }
}

export const CurrentPrincipal = createParamDecorator((_: unknown, context: ExecutionContext): Principal => {
  const { principal } = context.switchToHttp().getRequest<Identified>();
  if (!principal) throw new Error('a route without the principal guard asked for its principal');
  return principal;
});
