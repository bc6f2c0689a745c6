import type { Type } from '@nestjs/common';

/** Every action of this repository. */
export const actionControllers: Type[] = [];
