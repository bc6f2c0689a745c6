import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { SignJWT, UnsecuredJWT, exportJWK, exportSPKI, generateKeyPair, type JWK, type JWTPayload } from 'jose';
import type { Json } from '#libs/contracts';
import { HttpFront } from './http-front-bed.js';
import { bearer } from './identity-bed.js';

const pemIssuer = 'https://pem.example';
const setIssuer = 'https://set.example';
const awayIssuer = 'https://away.example';
const audience = 'coc';
const secret = 's'.repeat(48);

let front: HttpFront;
let folder: string;
let jwks: Server;
let published: JWK[] = [];
let pem: string;
const pair = async (algorithm: string) => generateKeyPair(algorithm, { extractable: true });
let rsa: Awaited<ReturnType<typeof pair>>;
let stranger: Awaited<ReturnType<typeof pair>>;
let curve: Awaited<ReturnType<typeof pair>>;

beforeAll(async () => {
  [rsa, stranger, curve] = await Promise.all([pair('RS256'), pair('RS256'), pair('ES256')]);
  published = [{ ...(await exportJWK(curve.publicKey)), kid: 'one', alg: 'ES256' }];
  jwks = createServer((_request, response) => response.end(JSON.stringify({ keys: published })));
  await new Promise<void>((resolve) => jwks.listen(0, '127.0.0.1', resolve));
  const jwksUrl = `http://127.0.0.1:${(jwks.address() as AddressInfo).port}/jwks`;
  folder = await mkdtemp(join(tmpdir(), 'coc-issuers-'));
  pem = await exportSPKI(rsa.publicKey);
  await writeFile(join(folder, 'rsa.pem'), pem);
  await writeFile(join(folder, 'secret'), secret);
  const issuers: Json = [
    { issuer: pemIssuer, audience, algorithm: 'RS256', keyFile: 'rsa.pem', tenants: ['acme'] },
    { issuer: setIssuer, audience, algorithm: 'ES256', jwksUrl },
    { issuer: awayIssuer, audience, algorithm: 'ES256', jwksUrl: 'http://127.0.0.1:9/jwks' },
    { issuer: 'https://secret.example', audience, algorithm: 'HS256', keyFile: 'secret' },
  ];
  await writeFile(join(folder, 'issuers.json'), JSON.stringify(issuers));
  front = await HttpFront.open({ COC_JWT_ISSUERS: join(folder, 'issuers.json'), COC_RATE_REFUSED: '0' });
});

afterAll(async () => {
  await front.close();
  jwks.close();
  await rm(folder, { recursive: true, force: true });
});

const inAnHour = () => Math.floor(Date.now() / 1_000) + 3_600;
const claims = (more: JWTPayload = {}): JWTPayload => ({
  iss: pemIssuer,
  aud: audience,
  sub: 'ann',
  exp: inAnHour(),
  tenant: 'acme',
  roles: ['operator'],
  ...more,
});

async function signed(more: JWTPayload = {}, header: Record<string, unknown> = {}, key = rsa.privateKey) {
  return new SignJWT(claims(more)).setProtectedHeader({ alg: 'RS256', ...header }).sign(key, { crit: { x: true } });
}

const ofTheSet = async (kid: string, key = curve.privateKey) =>
  new SignJWT(claims({ iss: setIssuer, tenant: 'rival' })).setProtectedHeader({ alg: 'ES256', kid }).sign(key);

describe('a token', () => {
  it('of a known issuer says tenant, actor and roles', async () => {
    await front.call('PUT', '/actions/test.echo', { effect: 'pure' });
    const as = bearer(await signed());
    const id = await front.submit({ tasks: [{ id: 'a', action: 'test.echo' }], start: false }, as);
    expect((await front.call('GET', `/directives/${id}`, undefined, as)).status).toBe(200);
    expect((await front.call('GET', `/directives/${id}`)).status).toBe(404);
    expect((await front.call('PUT', '/actions/test.other', { effect: 'pure' }, as)).status).toBe(403);
    const { json } = await front.call('GET', `/directives/${id}/events`, undefined, as);
    expect(JSON.stringify(json)).toContain('"ann"');
  });

  it('may have its roles as words, and those that are none of ours mean nothing', async () => {
    const read = bearer(await signed({ roles: 'viewer superuser' }));
    expect((await front.call('GET', '/directives', undefined, read)).status).toBe(200);
    const none = bearer(await signed({ roles: ['superuser'] }));
    expect((await front.call('GET', '/directives', undefined, none)).status).toBe(403);
  });

  it('is judged by a key set that is fetched, anew for a key that was not in it', async () => {
    expect((await front.call('GET', '/directives', undefined, bearer(await ofTheSet('one')))).status).toBe(200);
    const second = await pair('ES256');
    const early = await front.call('GET', '/directives', undefined, bearer(await ofTheSet('two', second.privateKey)));
    expect(early.status).toBe(401);
    published = [...published, { ...(await exportJWK(second.publicKey)), kid: 'two', alg: 'ES256' }];
    expect((await front.call('GET', '/directives', undefined, bearer(await ofTheSet('one')))).status).toBe(200);
  });

  it('of an issuer whose keys cannot be had is neither good nor bad: 503', async () => {
    const token = await new SignJWT(claims({ iss: awayIssuer }))
      .setProtectedHeader({ alg: 'ES256', kid: 'one' })
      .sign(curve.privateKey);
    expect((await front.call('GET', '/directives', undefined, bearer(token))).status).toBe(503);
  });
});

const publicPemAsSecret = () => new TextEncoder().encode(pem);
const half = (token: string) => token.slice(0, token.lastIndexOf('.') + 1);

const bad: Record<string, () => Promise<string>> = {
  'expired a minute ago': () => signed({ exp: Math.floor(Date.now() / 1_000) - 60 }),
  'not good yet': () => signed({ nbf: inAnHour() }),
  'without an end': () => signed({ exp: undefined }),
  'without a subject': () => signed({ sub: undefined }),
  'for another audience': () => signed({ aud: 'billing' }),
  'of an issuer that nobody named': () => signed({ iss: 'https://evil.example' }),
  'signed by another key': () => signed({}, {}, stranger.privateKey),
  'of a tenant that its issuer may not speak for': () => signed({ tenant: 'rival' }),
  "of the installation's own tenant, which its issuer is not named for": async () =>
    new SignJWT(claims({ iss: setIssuer, tenant: 'local', roles: ['admin'] }))
      .setProtectedHeader({ alg: 'ES256', kid: 'one' })
      .sign(curve.privateKey),
  'of no tenant': () => signed({ tenant: undefined }),
  'of a tenant that is no name': () => signed({ tenant: '../acme' }),
  'with an extension that must be understood': () => signed({}, { crit: ['x'], x: 1 }),
  'that brings its own key': async () =>
    signed({}, { jwk: await exportJWK(stranger.publicKey), jku: 'https://evil.example/jwks' }, stranger.privateKey),
  'with the algorithm none': async () => new UnsecuredJWT(claims()).encode(),
  'signed with the public key as a secret': async () =>
    new SignJWT(claims()).setProtectedHeader({ alg: 'HS256' }).sign(publicPemAsSecret()),
  'of one issuer signed as another one signs': async () =>
    new SignJWT(claims()).setProtectedHeader({ alg: 'ES256', kid: 'one' }).sign(curve.privateKey),
  'without its signature': async () => half(await signed()),
  'whose claims were changed': async () => {
    const [head, , signature] = (await signed()).split('.');
    return [head, Buffer.from(JSON.stringify(claims({ roles: ['admin'] }))).toString('base64url'), signature].join('.');
  },
  'that is no token': async () => 'e30.e30.e30',
  'longer than any': async () => 'x'.repeat(9_000),
};

describe('a token is refused, and nothing is stored', () => {
  it.each(Object.keys(bad))('%s', async (name) => {
    const body: Json = { tasks: [{ id: 'a', action: 'test.echo' }] };
    const refusal = await front.refusal('POST', '/directives', body, bearer(await bad[name]!()));
    expect(refusal).toMatchObject({ status: 401, code: 'UNAUTHENTICATED', changed: [] });
    expect(refusal.detail).not.toMatch(/signature|jwk|alg|acme/i);
  });
});
