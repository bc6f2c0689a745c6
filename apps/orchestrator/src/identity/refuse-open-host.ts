import { isLoopback, type Env } from '#libs/config';
import { StartRefusal } from '#libs/contracts';

/** Throws StartRefusal where others than this machine could reach an API for whose callers nothing is set up. */
export function refuseOpenHost({ http, identity }: Pick<Env, 'http' | 'identity'>): void {
  if (identity.mode === 'keys' || isLoopback(http.host)) return;
  throw new StartRefusal(
    `COC_HOST is ${http.host}, which others can reach: set COC_AUTH=keys and give each caller a key (docs/identity.md), or leave COC_HOST at 127.0.0.1.`,
  );
}
