import type { Env } from '#libs/config';
import { RateBuckets, ScriptRunner, type Installation } from '#libs/state';
import { Authenticator } from './authenticator.js';
import { FrontGate } from './front-gate.js';
import type { KeyRing } from './key-ring.js';
import { openOwnerKey } from './owner-key.js';
import { RateGate } from './rate-gate.js';
import { TokenVerifier } from './token-verifier.js';

/** What is known of callers before there is a connection. */
export interface Credentials {
  ownerKey: string;
  tokens: TokenVerifier;
}

/** Throws StartRefusal. */
export async function openCredentials({ identity }: Pick<Env, 'identity'>): Promise<Credentials> {
  return { ownerKey: await openOwnerKey(identity), tokens: await TokenVerifier.open(identity.jwtIssuersFile) };
}

export function openFrontGate(
  { identity }: Pick<Env, 'identity'>,
  { redis, keys }: Installation,
  ring: KeyRing,
  credentials: Credentials,
): FrontGate {
  return new FrontGate({
    authenticator: new Authenticator({ ...credentials, keys: ring }),
    rates: new RateGate(new RateBuckets(new ScriptRunner(redis), keys)),
    settings: identity,
  });
}
