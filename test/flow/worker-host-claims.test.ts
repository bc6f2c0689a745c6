import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import 'reflect-metadata';
import { ulid } from 'ulid';
import { formatDirectiveId, type ReportedOutput } from '#libs/contracts';
import { ActionCatalog, Keys, openArtifactStore, type ArtifactStore } from '#libs/state';
import type { WorkerHost } from '../../apps/workers/src/host/start-worker-host.js';
import { PayloadActions } from './payload-actions.js';
import { WorkerStage } from './worker-host.stage.js';

let stage: WorkerStage;
let catalog: ActionCatalog;
let store: ArtifactStore;
let host: WorkerHost;

beforeAll(async () => {
  stage = await WorkerStage.set();
  catalog = new ActionCatalog(stage.redis, new Keys('coc'));
  store = openArtifactStore(stage.env().artifacts);
  host = await stage.boot({}, [PayloadActions]);
});

afterAll(async () => {
  await host.close();
  await stage.strike();
});

const newDirective = (): string => formatDirectiveId(0, ulid());

describe('an input that is claimed', () => {
  it('is in place before it is checked', async () => {
    const directiveId = newDirective();
    const inputClaim = await store.put('local', directiveId, JSON.stringify({ bytes: 20 }));
    expect(await stage.outputOf('host.make', { directiveId, inputClaim })).toEqual({ output: { text: 'xxxxxxxxx' } });
  });

  it('and is not there fails the attempt so that it is tried again, free of charge', async () => {
    const inputClaim = { sha256: 'a'.repeat(64), bytes: 40_000 };
    const { id, result } = await stage.send('host.pass', { inputClaim });
    expect(await stage.failureOf(result())).toMatchObject({
      code: 'ARTIFACT_MISSING',
      class: 'transient',
      started: false,
      usage: { costUsd: 0, tokens: 0 },
      message: expect.stringContaining(`no artifact ${id.directiveId}.${inputClaim.sha256}`),
    });
  });
});

it('an output over 32 KiB is left in the store, and reported with the nonce of the attempt', async () => {
  const { id, result } = await stage.send('host.make', { input: { bytes: 50_000 } });
  const { output, outputClaim } = (await result()) as ReportedOutput;
  expect([output, outputClaim]).toMatchObject([null, { bytes: 50_000, nonce: id.nonce }]);
  const bytes = await store.read('local', id.directiveId, outputClaim!.sha256);
  expect(JSON.parse(bytes.toString())).toEqual({ text: 'x'.repeat(50_000 - 11) });
  await rm(join(stage.env().artifacts.folder, 'local', id.directiveId), { recursive: true });
});

describe('the catalog', () => {
  it('says of our actions that their workers fetch claims', async () => {
    expect(await catalog.get('host.pass')).toMatchObject({ claims: true });
  });

  it('keeps a version that was published before, and lets a host serve it', async () => {
    const record = (await catalog.get('host.size'))!;
    const { claims: _, ...plain } = { ...record, version: 'older' };
    await catalog.publish(plain);
    await catalog.publish({ ...plain, claims: true });
    expect(await catalog.get('host.size', 'older')).toEqual(plain);
    await expect(catalog.publish({ ...plain, effect: 'keyed' })).rejects.toMatchObject({ code: 'ACTION_CONFLICT' });
  });

  it('refuses a version without claims where its workers are sent some', async () => {
    const { claims, ...plain } = (await catalog.get('host.pass'))!;
    expect(claims).toBe(true);
    await expect(catalog.publish(plain)).rejects.toMatchObject({ code: 'ACTION_CONFLICT' });
  });
});
