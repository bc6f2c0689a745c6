import { Inject, Injectable, type CanActivate, type ExecutionContext } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import { CocError, localPrincipal, type Role } from '#libs/contracts';
import { accessKey, houseKey, type Access } from '../http/access.js';
import { callerOf, type GatedRequest } from './front-gate.js';

/** Lets nobody in whom the route does not name (`@Allows`); a route that names nobody is called by nobody. */
@Injectable()
export class AccessGuard implements CanActivate {
  constructor(@Inject(Reflector) private readonly reflector: Reflector) {}

  canActivate(context: ExecutionContext): boolean {
    const places = [context.getHandler(), context.getClass()];
    const access = this.reflector.getAllAndOverride<Access | undefined>(accessKey, places);
    if (access === 'anyone') return true;
    const { principal } = callerOf(context.switchToHttp().getRequest<GatedRequest>());
    const isHouse = this.reflector.getAllAndOverride<boolean | undefined>(houseKey, places) ?? false;
    if (isHouse && principal.tenant !== localPrincipal.tenant) throw notOfTheHouse();
    if (access !== undefined && isAllowed(principal.roles, access)) return true;
    const needed = access === undefined ? 'nobody may call this' : `this needs the role "${access}"`;
    throw new CocError('FORBIDDEN', `${needed}; ${principal.actor} has ${principal.roles.join(', ') || 'none'}`);
  }
}

/** A tenant's admin could else change what the actions of all others cost and may do, and see how much they have to do. */
function notOfTheHouse(): CocError {
  const { tenant } = localPrincipal;
  return new CocError(
    'FORBIDDEN',
    `all tenants share this: it needs a key of the installation's own tenant, "${tenant}"`,
  );
}

function isAllowed(roles: readonly Role[], needed: Role): boolean {
  if (roles.includes('admin')) return true;
  return needed === 'viewer' ? roles.length > 0 : roles.includes(needed);
}
