import type { IncomingHttpHeaders } from 'node:http';
import { CocError, KeyName, localPrincipal, type Principal } from '#libs/contracts';
import { unauthenticated, type Caller } from './caller.js';
import { hashSecret, isSameHash, parseKeyText, type KeyText } from './key-text.js';
import type { KeyRing } from './key-ring.js';
import { ownerKeyId } from './owner-key.js';
import type { TokenVerifier } from './token-verifier.js';

export interface AuthenticatorParts {
  ownerKey: string;
  keys: KeyRing;
  tokens: TokenVerifier;
}

type Holder = Omit<Caller, 'isStillGood'>;

/** No key is longer, and no token that fits into the 16 KB of all headers need be. */
const maxCredentialChars = 8_192;

/** Says who asks, from the credential alone. */
export class Authenticator {
  private readonly ownerHash: string;

  constructor(private readonly parts: AuthenticatorParts) {
    this.ownerHash = hashSecret(parseKeyText(parts.ownerKey)!.secret);
  }

  /** Throws UNAUTHENTICATED, REQUEST_INVALID or FORBIDDEN (`Coc-Actor`), and UNAVAILABLE where it cannot be known. */
  async identify(headers: IncomingHttpHeaders): Promise<Caller> {
    const credential = credentialIn(headers.authorization);
    const known = await this.holderOf(credential);
    const isStillGood = async (): Promise<boolean> => this.isStill(credential, known);
    const actor = actorIn(headers['coc-actor']);
    if (actor === undefined) return { ...known, isStillGood };
    if (!known.isOwner) throw new CocError('FORBIDDEN', "only the owner's key may act by another name (Coc-Actor)");
    return { ...known, principal: { ...known.principal, actor }, isStillGood };
  }

  /** Whether nobody needs to be asked and nothing computed to judge the credential. */
  knows({ authorization }: IncomingHttpHeaders): boolean {
    const id = parseKeyText(bearerIn(authorization) ?? '')?.id;
    return id !== undefined && (id === ownerKeyId || this.parts.keys.has(id));
  }

  /** What cannot be known, because Redis or an issuer is away, has not changed. */
  private async isStill(credential: string, { principal }: Holder): Promise<boolean> {
    try {
      const now = await this.holderOf(credential);
      return now.principal.tenant === principal.tenant && now.principal.roles.length > 0;
    } catch (error) {
      return !(error instanceof CocError && error.code === 'UNAUTHENTICATED');
    }
  }

  private async holderOf(credential: string): Promise<Holder> {
    const key = parseKeyText(credential);
    if (key?.id === ownerKeyId) return this.owner(key);
    if (key) return { principal: await this.keyHolder(key), isOwner: false };
    return { principal: await this.parts.tokens.verify(credential), isOwner: false };
  }

  private owner({ secret }: KeyText): Holder {
    if (isSameHash(hashSecret(secret), this.ownerHash)) return { principal: localPrincipal, isOwner: true };
    throw badKey();
  }

  private async keyHolder({ id, secret }: KeyText): Promise<Principal> {
    const key = await this.parts.keys.find(id);
    const isGood = key !== undefined && isSameHash(hashSecret(secret), key.secretHash);
    // Who has the secret may know why it is not taken any more; nobody else learns that there is such a key.
    if (!isGood) throw badKey();
    if (key.revokedAt !== null) throw unauthenticated('the key was revoked');
    if (key.expiresAt !== null && key.expiresAt <= Date.now()) throw unauthenticated('the key has expired');
    this.parts.keys.noteUse(key);
    return { tenant: key.tenant, actor: key.name, roles: key.roles };
  }
}

function badKey(): CocError {
  return unauthenticated('the key is not good');
}

function credentialIn(header: string | undefined): string {
  if (header === undefined) throw unauthenticated('send "Authorization: Bearer <key or token>"');
  const credential = bearerIn(header);
  if (credential !== undefined && credential.length <= maxCredentialChars) return credential;
  throw unauthenticated('the header Authorization is not "Bearer <key or token>"');
}

function bearerIn(header = ''): string | undefined {
  return /^bearer +(\S+) *$/i.exec(header)?.[1];
}

function actorIn(header: string | string[] | undefined): string | undefined {
  if (header === undefined || KeyName.safeParse(header).success) return header as string | undefined;
  throw new CocError('REQUEST_INVALID', 'Coc-Actor is 1 to 100 letters, digits, "_", ".", "@" and "-"');
}
