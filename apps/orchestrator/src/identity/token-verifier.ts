import { CocError, localPrincipal, Principal, Role } from '#libs/contracts';
import { decodeJwt, errors, jwtVerify, type JWTPayload, type JWTVerifyGetKey } from 'jose';
import { unauthenticated } from './caller.js';
import { IssuerAwayError, openIssuerKeys } from './issuer-keys.js';
import { readIssuers, type IssuerSettings } from './jwt-settings.js';

interface Issuer {
  settings: IssuerSettings;
  keys: JWTVerifyGetKey;
}

/** Between our clock and the issuer's. */
const clockToleranceSeconds = 5;

/** Tokens (JWT) of the issuers that the settings name; of others none. */
export class TokenVerifier {
  private constructor(private readonly issuers: ReadonlyMap<string, Issuer>) {}

  /** Without a file no token is taken. Throws StartRefusal. */
  static async open(file: string | undefined): Promise<TokenVerifier> {
    const all = file === undefined ? [] : await readIssuers(file);
    const opened = await Promise.all(
      all.map(async (settings) => [settings.issuer, { settings, keys: await openIssuerKeys(settings) }] as const),
    );
    return new TokenVerifier(new Map(opened));
  }

  /** Throws UNAUTHENTICATED; UNAVAILABLE when the keys of its issuer cannot be had. */
  async verify(token: string): Promise<Principal> {
    const issuer = this.issuerOf(token);
    return principalOf(await this.payloadOf(token, issuer), issuer.settings);
  }

  /** Nothing of an unverified token is believed but whose it says it is, which decides by which key it is judged. */
  private issuerOf(token: string): Issuer {
    const issuer = this.issuers.get(claimedIssuer(token) ?? '');
    if (issuer) return issuer;
    throw unauthenticated('the token is of no issuer that is known here');
  }

  private async payloadOf(token: string, { settings, keys }: Issuer): Promise<JWTPayload> {
    try {
      const { payload } = await jwtVerify(token, keys, {
        algorithms: [settings.algorithm],
        issuer: settings.issuer,
        audience: settings.audience,
        requiredClaims: ['exp', 'sub'],
        clockTolerance: clockToleranceSeconds,
      });
      return payload;
    } catch (error) {
      throw refusalOf(error);
    }
  }
}

function claimedIssuer(token: string): string | undefined {
  try {
    return decodeJwt(token).iss;
  } catch {
    return undefined;
  }
}

function refusalOf(error: unknown): CocError {
  if (error instanceof IssuerAwayError || error instanceof errors.JWKSTimeout || error instanceof errors.JWKSInvalid) {
    return new CocError(
      'UNAVAILABLE',
      'the keys of the issuer of this token cannot be had just now; nothing was done',
      [],
      {
        cause: error,
      },
    );
  }
  if (error instanceof errors.JWTExpired) return unauthenticated('the token has expired; get a new one', error);
  return unauthenticated('the token is not good', error);
}

function principalOf(payload: JWTPayload, { tenantClaim, rolesClaim, tenants }: IssuerSettings): Principal {
  const roles = rolesOf(payload[rolesClaim]);
  const parsed = Principal.safeParse({ tenant: payload[tenantClaim], actor: payload.sub, roles });
  if (parsed.success && maySpeakFor(parsed.data.tenant, tenants)) return parsed.data;
  throw unauthenticated('the token names no tenant, or one that its issuer may not speak for');
}

/** For the installation's own tenant, whose admin publishes actions for all, only an issuer that names it. */
function maySpeakFor(tenant: string, tenants: readonly string[] | undefined): boolean {
  return tenants === undefined ? tenant !== localPrincipal.tenant : tenants.includes(tenant);
}

/** A list, or words with spaces in between; an issuer has roles of its own, which mean nothing here. */
function rolesOf(claim: unknown): Role[] {
  const words: unknown[] = typeof claim === 'string' ? claim.split(' ') : Array.isArray(claim) ? claim : [];
  return Role.options.filter((role) => words.includes(role));
}
