import { mkdtemp, readdir, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { limits } from '#libs/contracts';
import { checkArtifactStore, openArtifactStore, type ArtifactStore } from '#libs/state';
import { keepsTheContract, newDirective } from './artifact-store-contract.js';

let folder: string;
let store: ArtifactStore;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'coc-folder-'));
  store = openArtifactStore({ folder, bucket: undefined });
});

afterAll(async () => rm(folder, { recursive: true, force: true }));

keepsTheContract(
  () => store,
  async (tenant, id, sha256) => writeFile(join(folder, tenant, id, sha256), 'something else'),
);

it('leaves no draft behind, and no folder of a directive whose files were removed', async () => {
  const id = newDirective();
  await store.put('local', id, 'x');
  expect(await readdir(join(folder, 'local', id))).toHaveLength(1);
  await writeFile(join(folder, 'local', id, 'half.draft'), 'of a process that died');
  expect(await store.removeAll('local', id)).toBe(1);
  expect(await readdir(join(folder, 'local'))).not.toContain(id);
});

it('does not take a file into memory that a worker made larger than any may be', async () => {
  const id = newDirective();
  const { sha256 } = await store.put('local', id, 'small');
  await truncate(join(folder, 'local', id, sha256), limits.maxArtifactBytes + 1);
  await expect(store.read('local', id, sha256)).rejects.toMatchObject({ code: 'ARTIFACT_TOO_LARGE' });
});

it('puts while the folder is removed, and the file is there or the removal saw it', async () => {
  const id = newDirective();
  for (let round = 0; round < 20; round += 1) {
    const [{ sha256 }] = await Promise.all([store.put('local', id, `round ${round}`), store.removeAll('local', id)]);
    const isThere = (await store.open('local', id, sha256)) !== undefined;
    expect(isThere ? (await store.read('local', id, sha256)).toString() : `round ${round}`).toBe(`round ${round}`);
  }
});

describe('a folder that cannot be written', () => {
  it('is told with cause and next step, and refused at the start', async () => {
    const file = join(folder, 'a-file');
    await writeFile(file, '');
    const broken = openArtifactStore({ folder: join(file, 'artifacts'), bucket: undefined });
    const unavailable = {
      code: 'ARTIFACT_STORE_UNAVAILABLE',
      status: 503,
      detail: expect.stringMatching(/ENOTDIR.*check that the disk/),
    };
    await expect(broken.put('local', newDirective(), 'x')).rejects.toMatchObject(unavailable);
    await expect(broken.read('local', newDirective(), 'a'.repeat(64))).rejects.toMatchObject(unavailable);
    await expect(checkArtifactStore(broken)).rejects.toMatchObject({
      name: 'ArtifactStoreUnfitError',
      message: expect.stringMatching(/^Artifacts cannot be kept: .*a-file\/artifacts/),
    });
    expect(await checkArtifactStore(store)).toEqual([]);
  });
});
