import { randomBytes } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { ulid } from 'ulid';
import { formatDirectiveId, limits } from '#libs/contracts';
import type { ArtifactStore } from '#libs/state';

export const newDirective = (): string => formatDirectiveId(0, ulid());

type Open = () => ArtifactStore;
type Corrupt = (tenant: string, directiveId: string, sha256: string) => Promise<void>;

/** What every artifact store keeps to; `corrupt` writes other bytes in place of a file. */
export function keepsTheContract(open: Open, corrupt: Corrupt): void {
  describe('a file', () => {
    keepsFiles(open);
  });
  describe('what a file must not be', () => {
    refusesFiles(open, corrupt);
  });
  describe('the files of a directive', () => {
    keepsDirectives(open);
  });

  it('can be checked', async () => {
    await expect(open().check()).resolves.toBeUndefined();
  });
}

function keepsFiles(open: Open): void {
  it('is read back, whole and as a stream, and is named by its content', async () => {
    const [store, id, bytes] = [open(), newDirective(), randomBytes(200_000)];
    const { sha256, bytes: size } = await store.put('local', id, bytes);
    expect(size).toBe(200_000);
    expect(await store.read('local', id, sha256)).toEqual(bytes);
    const opened = await store.open('local', id, sha256);
    expect(opened!.bytes).toBe(200_000);
    expect(Buffer.concat(await opened!.stream.toArray())).toEqual(bytes);
  });

  it('may be put again, also by many at once', async () => {
    const [store, id] = [open(), newDirective()];
    const puts = await Promise.all(Array.from({ length: 8 }, async () => store.put('local', id, 'the same')));
    expect(new Set(puts.map(({ sha256 }) => sha256)).size).toBe(1);
    expect((await store.read('local', id, puts[0]!.sha256)).toString()).toBe('the same');
  });

  it('belongs to its directive and tenant', async () => {
    const [store, id] = [open(), newDirective()];
    const { sha256 } = await store.put('local', id, 'mine');
    const missing = { code: 'ARTIFACT_MISSING', message: expect.stringContaining(sha256) };
    await expect(store.read('other', id, sha256)).rejects.toMatchObject(missing);
    await expect(store.read('local', newDirective(), sha256)).rejects.toMatchObject(missing);
    expect(await store.open('other', id, sha256)).toBeUndefined();
  });
}

function refusesFiles(open: Open, corrupt: Corrupt): void {
  it.each([
    ['../x', newDirective(), 'a'.repeat(64)],
    ['local', '..', 'a'.repeat(64)],
    ['local', newDirective(), '../../etc/passwd'],
  ])('is never looked for at %j, %j, %j', async (tenant, id, sha256) => {
    await expect(open().read(tenant, id, sha256)).rejects.toMatchObject({
      code: expect.stringMatching(/NOT_FOUND|ARTIFACT_MISSING/),
    });
  });

  it('that holds something else than its name says is told as such, and healed by putting it again', async () => {
    const [store, id] = [open(), newDirective()];
    const { sha256 } = await store.put('local', id, 'content');
    await corrupt('local', id, sha256);
    await expect(store.read('local', id, sha256)).rejects.toMatchObject({ code: 'ARTIFACT_CORRUPT' });
    await store.put('local', id, 'content');
    expect((await store.read('local', id, sha256)).toString()).toBe('content');
  });

  it('over the limit is refused with both figures', async () => {
    const bytes = Buffer.alloc(limits.maxArtifactBytes + 1);
    await expect(open().put('local', newDirective(), bytes)).rejects.toMatchObject({
      code: 'ARTIFACT_TOO_LARGE',
      message: expect.stringMatching(`${limits.maxArtifactBytes + 1}.*${limits.maxArtifactBytes}`),
    });
  });
}

function keepsDirectives(open: Open): void {
  it('are removed together, and again without harm', async () => {
    const [store, id, other] = [open(), newDirective(), newDirective()];
    const names = [];
    for (let at = 0; at < 40; at += 1) names.push((await store.put('local', id, `file ${at}`)).sha256);
    const kept = await store.put('local', other, 'kept');
    expect(await store.removeAll('local', id)).toBe(40);
    expect(await store.removeAll('local', id)).toBe(0);
    await expect(store.read('local', id, names[7]!)).rejects.toMatchObject({ code: 'ARTIFACT_MISSING' });
    expect((await store.read('local', other, kept.sha256)).toString()).toBe('kept');
  });
}
