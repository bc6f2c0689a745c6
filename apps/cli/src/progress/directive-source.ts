import type { CocClient } from '#libs/client';

/** Where a watched directive is read from; the HTTP client is one. */
export type DirectiveSource = Pick<CocClient, 'getDirective' | 'listTasks' | 'listEvents' | 'followEvents'>;
