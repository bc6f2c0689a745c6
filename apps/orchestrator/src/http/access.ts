import { SetMetadata } from '@nestjs/common';
import type { Role } from '#libs/contracts';

/** What the guard reads of a route: the role that may call it, or `anyone`. A route that says nothing is called by nobody. */
const accessKey = 'coc:access';
export type Access = Role | 'anyone';

/** Who may call a route. An admin may call all of them, and every role what a viewer may. */
export function Allows(access: Access): MethodDecorator & ClassDecorator {
  return SetMetadata(accessKey, access);
}
