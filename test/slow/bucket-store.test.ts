import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import 'reflect-metadata';
import type { Json } from '#libs/contracts';
import { loadEnv } from '#libs/config';
import { checkArtifactStore, openArtifactStore, type ArtifactStore } from '#libs/state';
import { createLogger } from '#libs/telemetry';
import { startHttpServer } from '#libs/testing';
import { startWorkerHost } from '../../apps/workers/src/host/start-worker-host.js';
import { keepsTheContract, newDirective } from '../flow/artifact-store-contract.js';
import { HttpFront } from '../flow/http-front-bed.js';
import { PayloadActions } from '../flow/payload-actions.js';
import { startVersityGateway, type S3Server } from '../setup/versity-gateway.js';

let s3: S3Server;
let store: ArtifactStore;

const settings = (more: Record<string, string> = {}): Record<string, string> => ({
  COC_ARTIFACTS: `s3://${s3.bucket}/some/prefix`,
  COC_S3_ENDPOINT: s3.url,
  COC_S3_ACCESS_KEY_ID: s3.keys.accessKeyId,
  COC_S3_SECRET_ACCESS_KEY: s3.keys.secretAccessKey,
  ...more,
});

const open = (more?: Record<string, string>): ArtifactStore => openArtifactStore(loadEnv(settings(more)).artifacts);

beforeAll(async () => {
  s3 = await startVersityGateway();
  store = open();
  // Two minutes where nothing else runs.
}, 20 * 60_000);

afterAll(async () => s3?.stop());

keepsTheContract(
  () => store,
  async (tenant, id, sha256) => writeFile(join(s3.folder, 'some', 'prefix', tenant, id, sha256), 'something else'),
);

it('removes more files than a page of the list has', async () => {
  const id = newDirective();
  for (let from = 0; from < 1_100; from += 50) {
    await Promise.all(Array.from({ length: 50 }, async (_, at) => store.put('many', id, String(from + at))));
  }
  expect(await store.removeAll('many', id)).toBe(1_100);
  expect(await store.removeAll('many', id)).toBe(0);
});

describe('a bucket that cannot be used', () => {
  it.each([
    ['a wrong secret', { COC_S3_SECRET_ACCESS_KEY: 'wrong-secret' }, /403 SignatureDoesNotMatch/],
    ['a bucket that is not there', { COC_ARTIFACTS: 's3://no-such-bucket' }, /404 NoSuchBucket/],
  ])('for %s is refused at the start, without any secret', async (_, more, reason) => {
    const message = await checkArtifactStore(open(more)).then(
      () => '',
      (error: Error) => `${error.name} ${error.message}`,
    );
    expect(message).toMatch(reason);
    expect(message).toMatch(/^ArtifactStoreUnfitError Artifacts cannot be kept: the artifact bucket s3:/);
    expect(message).not.toMatch(/wrong-secret|test-secret/);
  });

  it('is no missing file', async () => {
    await expect(
      open({ COC_ARTIFACTS: 's3://no-such-bucket' }).read('local', newDirective(), 'a'.repeat(64)),
    ).rejects.toMatchObject({
      code: 'ARTIFACT_STORE_UNAVAILABLE',
    });
  });
});

it('gives up after ten seconds on a server that never answers', async () => {
  await using server = await startHttpServer(() => undefined);
  await expect(open({ COC_S3_ENDPOINT: server.url }).put('local', newDirective(), 'x')).rejects.toMatchObject({
    detail: expect.stringContaining('no answer within 10000 ms'),
  });
});

it('carries the values of a directive, and nothing of them is on the disk of the processes', async () => {
  const front = await HttpFront.open(settings());
  const host = await startWorkerHost(front.rooms.env, createLogger('host', 'silent'), [PayloadActions]);
  try {
    await front.rooms.serve({ name: 'plain.echo', effect: 'pure' }, async ({ input }) => input);
    await front.rooms.startExecutor();
    const tasks: Json = [
      { id: 'make', action: 'host.make', input: { bytes: 1024 * 1024 } },
      { id: 'pass', action: 'host.pass', input: { $task: 'make' } },
      { id: 'echo', action: 'plain.echo', input: { $task: 'pass' } },
      { id: 'size', action: 'host.size', input: 'x'.repeat(5_000_000) },
    ];
    const { id, state } = await front.run({ tasks });
    expect(state).toBe('COMPLETED');
    const answer = await front.get<{ output: Json }>(`/directives/${id}/output`);
    expect(answer.output).toEqual({
      echo: { text: 'x'.repeat(1024 * 1024 - 11) },
      size: { bytes: 5_000_002, isInMessage: true },
    });
    // One value three times, and the input.
    expect(await store.removeAll('local', id)).toBe(2);
  } finally {
    await host.close();
    await front.close();
  }
});
