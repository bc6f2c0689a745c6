import { chmod, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from '@jest/globals';
import 'reflect-metadata';
import { bootOrchestrator } from '#apps/orchestrator';
import { loadEnv } from '#libs/config';
import { createLogger } from '#libs/telemetry';
import { HttpFront } from './http-front-bed.js';
import { bearer, makeKey } from './identity-bed.js';

let front: HttpFront | undefined;

afterEach(async () => {
  await front?.close();
  front = undefined;
});

/** The status of a request as it is written: `fetch` would tidy its path up. */
async function rawStatus(url: string, method: string, target: string, headers: Record<string, string> = {}) {
  const { promise, resolve, reject } = Promise.withResolvers<number>();
  const outgoing = request(url, { method, path: target, headers }, (incoming) => {
    incoming.resume();
    resolve(incoming.statusCode!);
  });
  outgoing.on('error', reject).end();
  return promise;
}

describe('a path that is written another way', () => {
  it('opens nothing to who shows no credential', async () => {
    front = await HttpFront.open();
    const { host } = new URL(front.app.url);
    const targets = [
      '//api/v1/directives',
      '/api//v1/directives',
      '/api/v1/%64irectives',
      '/api/v1%2fdirectives',
      '/API/V1/DIRECTIVES',
      '/api/v1/directives/',
      '/api/v1/directives;x=1',
      '/api/v1/health/../directives',
      '/api/v1/health/%2e%2e/directives',
      '/docs/../api/v1/directives',
      '/docs/%2e%2e/api/v1/directives',
      `http://${host}/api/v1/directives`,
      'http://evil.example/api/v1/directives',
    ];
    const methods = ['GET', 'HEAD', 'POST', 'OPTIONS'];
    const overrides = { 'x-http-method-override': 'GET', 'x-original-url': '/api/v1/health/live' };
    for (const target of targets)
      for (const method of methods) {
        const status = await rawStatus(front.app.url, method, target, overrides);
        expect([method, target, [400, 401, 403, 404].includes(status)]).toEqual([method, target, true]);
      }
  });

  it('reads no method but that of its first line', async () => {
    front = await HttpFront.open();
    await front.call('PUT', '/actions/test.echo', { effect: 'pure' });
    const viewer = bearer((await makeKey(front, { name: 'eye', roles: ['viewer'] })).key);
    const id = await front.submit({ tasks: [{ id: 'a', action: 'test.echo' }], start: false });
    const path = `/directives/${id}?_method=DELETE`;
    await front.call('GET', `/directives/${id}`, undefined, { ...viewer, 'x-http-method-override': 'DELETE' });
    await front.call('GET', path.split('?', 1)[0]!, undefined, { ...viewer, 'x-http-method': 'DELETE' });
    expect((await front.directive(id)).state).toBe('PENDING');
  });
});

describe('too many requests', () => {
  it('of one key are refused until there is room again, by every server; the owner is not counted', async () => {
    front = await HttpFront.open({ COC_RATE_ACTOR: '30' });
    const second = await bootOrchestrator(front.rooms.env, createLogger('orchestrator', 'silent'));
    try {
      const { key } = await makeKey(front, { name: 'busy', tenant: 'acme', roles: ['viewer'] });
      const ask = async (url: string) => fetch(`${url}/api/v1/directives`, { headers: bearer(key) });
      const answers: Response[] = [];
      for (let at = 0; at < 40; at += 1) answers.push(await ask(at % 2 === 0 ? front.app.url : second.url));
      const refused = answers.filter(({ status }) => status === 429);
      expect(answers.filter(({ status }) => status === 200).length).toBeGreaterThanOrEqual(30);
      expect(refused.length).toBeGreaterThan(5);
      expect(Number(refused[0]!.headers.get('retry-after'))).toBeGreaterThan(0);
      expect(answers[0]!.headers.get('ratelimit-policy')).toContain('q=30');
      expect(await refused[0]!.json()).toMatchObject({ code: 'RATE_LIMITED', status: 429 });
      expect((await front.call('GET', '/directives')).status).toBe(200);
    } finally {
      await second.close();
    }
  });

  it('with credentials that are not good shut out who guesses, and nobody who is known', async () => {
    front = await HttpFront.open({ COC_RATE_REFUSED: '5' });
    const { key } = await makeKey(front, { name: 'known', tenant: 'acme', roles: ['viewer'] });
    expect((await front.call('GET', '/directives', undefined, bearer(key))).status).toBe(200);
    const guess = async () =>
      rawStatus(front!.app.url, 'GET', '/api/v1/directives', bearer(`coc_${'0'.repeat(16)}_${'a'.repeat(43)}`));
    const statuses: number[] = [];
    for (let at = 0; at < 8; at += 1) statuses.push(await guess());
    expect([statuses[0], statuses.at(-1)]).toEqual([401, 429]);
    expect((await front.call('GET', '/directives', undefined, bearer(key))).status).toBe(200);
  });
});

describe('a page of another origin', () => {
  it('is told nothing, unless it is on the list', async () => {
    front = await HttpFront.open({ COC_CORS_ORIGINS: 'https://app.example' });
    const url = `${front.app.url}/api/v1/directives`;
    const preflight = async (origin: string) =>
      fetch(url, {
        method: 'OPTIONS',
        headers: { origin, 'access-control-request-method': 'POST', 'access-control-request-headers': 'authorization' },
      });
    const [ours, theirs] = [await preflight('https://app.example'), await preflight('https://evil.example')];
    expect([ours.status, ours.headers.get('access-control-allow-origin')]).toEqual([204, 'https://app.example']);
    expect(ours.headers.get('access-control-allow-credentials')).toBeNull();
    expect(theirs.headers.get('access-control-allow-origin')).toBeNull();
    const read = await fetch(url, { headers: { ...front.owner, origin: 'https://evil.example' } });
    expect(read.headers.get('access-control-allow-origin')).toBeNull();
  });

  it('meets the headers that keep an answer where it belongs', async () => {
    front = await HttpFront.open();
    for (const path of ['/api/v1/directives', '/api/v1/nothing', '/docs']) {
      const { headers } = await fetch(`${front.app.url}${path}`, { headers: front.owner });
      expect([path, headers.get('x-content-type-options'), headers.get('x-frame-options')]).toEqual([
        path,
        'nosniff',
        'DENY',
      ]);
      expect(headers.get('content-security-policy')).toContain("frame-ancestors 'none'");
      expect(headers.get('x-powered-by')).toBeNull();
    }
  });
});

describe('a server', () => {
  it('that others could reach does not start without a credential for each of them', async () => {
    front = await HttpFront.open();
    const { url } = front.rooms.env.redis;
    const variables = { REDIS_URL: url, COC_PORT: '0', COC_DATA_DIR: front.rooms.env.dataDir, COC_HOST: '0.0.0.0' };
    const logger = createLogger('orchestrator', 'silent');
    await expect(bootOrchestrator(loadEnv(variables), logger)).rejects.toThrow(/COC_AUTH=keys/);
    const open = await bootOrchestrator(loadEnv({ ...variables, COC_AUTH: 'keys' }), logger);
    await open.close();
  });

  it('makes the key of its owner for its owner alone, and takes none that others may read', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'coc-owner-'));
    front = await HttpFront.open();
    const variables = { REDIS_URL: front.rooms.env.redis.url, COC_PORT: '0', COC_DATA_DIR: folder };
    const logger = createLogger('orchestrator', 'silent');
    try {
      const [one, two] = await Promise.all([
        bootOrchestrator(loadEnv(variables), logger),
        bootOrchestrator(loadEnv(variables), logger),
      ]);
      expect(one.ownerKey).toBe(two.ownerKey);
      await Promise.all([one.close(), two.close()]);
      const file = join(folder, 'owner.key');
      expect([(await stat(file)).mode & 0o777, (await readFile(file, 'utf8')).trim()]).toEqual([0o600, one.ownerKey]);
      await chmod(file, 0o644);
      await expect(bootOrchestrator(loadEnv(variables), logger)).rejects.toThrow(/chmod 600/);
      await chmod(file, 0o600);
      await writeFile(file, 'nonsense');
      await expect(bootOrchestrator(loadEnv(variables), logger)).rejects.toThrow(/holds no owner's key/);
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  });
});
