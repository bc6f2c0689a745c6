import { SetMetadata, applyDecorators } from '@nestjs/common';
import { RouteConfig } from '@nestjs/platform-fastify';
import { ApiBearerAuth } from '@nestjs/swagger';
import type { Role } from '#libs/contracts';
import { problemAnswer } from './answers.js';

/** What the guard reads of a route: the role that may call it, or `anyone`. A route that says nothing is called by nobody. */
export const accessKey = 'coc:access';
export type Access = Role | 'anyone';

/** Set for routes about what all tenants share. */
export const houseKey = 'coc:house';

/** Where Nest keeps what `@RouteConfig` says, and hands over as Fastify's `config` of the route. */
const routeConfigKey = '__fastify_route_config__';

/** Adds to what another `@RouteConfig` below says, which would else be gone. */
function declareAccess(access: Access): MethodDecorator {
  return (target, key, descriptor) => {
    const said = Reflect.getMetadata(routeConfigKey, descriptor.value as object) as object | undefined;
    RouteConfig({ ...said, access })(target, key, descriptor);
  };
}

/** Who may call a route. An admin may call all of them, and every role what a viewer may. Stands above a `@RouteConfig`. */
export function Allows(access: Access): MethodDecorator {
  const declared = [SetMetadata(accessKey, access), declareAccess(access)];
  if (access === 'anyone') return applyDecorators(...declared);
  return applyDecorators(...declared, ApiBearerAuth(), ...[401, 403, 429].map(problemAnswer));
}

/** A route about what all tenants share, such as the catalog: only for who has the role in the installation's own tenant. */
export function AllowsHouse(role: Role): MethodDecorator {
  return applyDecorators(SetMetadata(houseKey, true), Allows(role));
}
