import { createPublicKey, type KeyObject } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { StartRefusal } from '#libs/contracts';
import { createLocalJWKSet, createRemoteJWKSet, customFetch, type JSONWebKeySet, type JWTVerifyGetKey } from 'jose';
import type { IssuerSettings } from './jwt-settings.js';

const fetchTimeoutMs = 5_000;
const afterFailureMs = 5_000;
const maxSetBytes = 256 * 1024;
const leastSecretBytes = 32;

/** The keys of an issuer could not be had just now; whether a token is good is not known. */
export class IssuerAwayError extends Error {}

/** How the keys of an issuer are found. Throws StartRefusal for a file that has none. */
export async function openIssuerKeys(settings: IssuerSettings): Promise<JWTVerifyGetKey> {
  const { jwksUrl, keyFile } = settings;
  return jwksUrl === undefined ? keysOfFile(settings, keyFile!) : remoteKeys(new URL(jwksUrl));
}

/** An unknown `kid` asks for the set anew at most every 30 s. */
function remoteKeys(url: URL): JWTVerifyGetKey {
  return createRemoteJWKSet(url, { timeoutDuration: fetchTimeoutMs, [customFetch]: limitedFetch() });
}

/** Not more than an issuer's keys can take, and not again at once after it failed. */
function limitedFetch(): (url: string, options: RequestInit) => Promise<Response> {
  let failedAt = Number.NEGATIVE_INFINITY;
  return async (url, options) => {
    if (performance.now() - failedAt < afterFailureMs) throw new IssuerAwayError(`${url} failed a moment ago`);
    try {
      const response = await fetch(url, options);
      if (response.status !== 200) throw new IssuerAwayError(`${url} answered ${response.status}`);
      return new Response(await readAtMost(response, maxSetBytes), { status: 200 });
    } catch (cause) {
      failedAt = performance.now();
      throw cause instanceof IssuerAwayError ? cause : new IssuerAwayError(`${url} cannot be read`, { cause });
    }
  };
}

async function readAtMost(response: Response, maxBytes: number): Promise<string> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of response.body ?? []) {
    bytes += (chunk as Uint8Array).byteLength;
    if (bytes > maxBytes) throw new IssuerAwayError(`${response.url} has more than ${maxBytes} bytes`);
    chunks.push(chunk as Uint8Array);
  }
  return Buffer.concat(chunks).toString('utf8');
}

async function keysOfFile({ issuer, algorithm }: IssuerSettings, path: string): Promise<JWTVerifyGetKey> {
  try {
    const text = await readFile(path, 'utf8');
    if (algorithm === 'HS256') return fixed(secretOf(text));
    if (text.trimStart().startsWith('{')) return createLocalJWKSet(JSON.parse(text) as JSONWebKeySet);
    return fixed(createPublicKey(text));
  } catch (cause) {
    const reason = (cause as NodeJS.ErrnoException).code ?? (cause as Error).message;
    throw new StartRefusal(`The key of the issuer ${issuer}, ${path}, cannot be used: ${reason}.`, { cause });
  }
}

function fixed(key: KeyObject | Uint8Array): JWTVerifyGetKey {
  return async () => key;
}

/** What somebody can type is no secret: a public key is none either, however long. */
function secretOf(text: string): Uint8Array {
  const secret = text.trim();
  if (secret.includes('-----BEGIN')) throw new RangeError('a PEM is no secret');
  if (Buffer.byteLength(secret) < leastSecretBytes)
    throw new RangeError(`a secret has at least ${leastSecretBytes} bytes`);
  return Buffer.from(secret);
}
