import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { startRedis, type TestRedis } from '#libs/testing';
import { Services, root } from '../e2e/services.js';

const run = promisify(execFile);
let folder: string;
let server: TestRedis;
let services: Services;

/** A certificate for 127.0.0.1 that is its own authority. */
async function makeCertificate(): Promise<{ cert: string; key: string }> {
  const cert = join(folder, 'cert.pem');
  const key = join(folder, 'key.pem');
  const subject = ['-subj', '/CN=127.0.0.1', '-addext', 'subjectAltName=IP:127.0.0.1'];
  const made = ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '2', '-keyout', key, '-out', cert];
  await run('openssl', [...made, ...subject]);
  return { cert, key };
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'coc-tls-'));
  const { cert, key } = await makeCertificate();
  server = await startRedis({ tls: { cert, key } });
  const trust = { COC_REDIS_CA_FILE: cert, COC_REDIS_CERT_FILE: cert, COC_REDIS_KEY_FILE: key };
  services = await Services.on(server, trust);
  await services.startAll();
});

afterAll(async () => {
  await services.close();
  await rm(folder, { recursive: true, force: true });
});

it('runs a directive over TLS, with a certificate of its own', async () => {
  const id = await services.submit({ workflow: 'docs.index', input: { folder: join(root, 'docs'), question: 'Why?' } });
  expect(await services.finished(id)).toMatchObject({ state: 'COMPLETED' });
});

it('does not start on a server whose certificate it does not trust', async () => {
  await expect(services.start('executor', { COC_REDIS_CA_FILE: '' })).rejects.toThrow(/COC_REDIS_CA_FILE/);
});
