import { readFile, rm, stat, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { afterEach, describe, expect, it } from '@jest/globals';
import { bootRecorder } from '#apps/recorder';
import { RecorderBed } from './recorder-bed.js';
import { placesOf, recordMore, settings, verify } from './seal-bed.js';

let bed: RecorderBed;
afterEach(async () => bed.close());

describe('a trace from before sealing', () => {
  it('is set aside whole, and a sealed one goes on after it', async () => {
    bed = await RecorderBed.open(settings);
    const ids = await recordMore(bed);
    const sealed = await readFile(bed.folder.current, 'utf8');
    await rm(placesOf(bed).headFile);
    await writeFile(
      bed.folder.current,
      `${sealed.replaceAll(/(,"key":"\w+","previous":"")?,"line":\d+,"seal":"[^"]+"\}$/gm, '}')}{"type":"torn`,
    );
    expect((await verify(bed)).finding).toMatchObject({ kind: 'not-sealed' });
    ids.push(...(await recordMore(bed)));
    expect(await bed.retold()).toEqual(await bed.told(ids));
    expect(await verify(bed)).toMatchObject({
      isSound: true,
      firstLine: 1,
      unsealedFiles: [join(bed.dir, 'events-000001.jsonl')],
    });
  });
});

describe('the traces of two installations in one folder', () => {
  it('are one chain, also when the first one ends with a torn line', async () => {
    bed = await RecorderBed.open(settings);
    await recordMore(bed);
    await writeFile(bed.folder.current, '{"type":"torn', { flag: 'a' });
    await bed.context.redis.set(bed.context.keys.identity(), 'another');
    await recordMore(bed);
    expect(await bed.folder.full()).toHaveLength(1);
    expect(await verify(bed)).toMatchObject({ isSound: true, firstLine: 1, linesAfterHead: 0 });
  });
});

describe('the key', () => {
  it('is made at the first start for its owner alone, and kept', async () => {
    bed = await RecorderBed.open();
    await bed.recordOnce();
    const { keyFile } = placesOf(bed);
    const text = await readFile(keyFile, 'utf8');
    expect((await stat(keyFile)).mode & 0o777).toBe(0o600);
    expect(Buffer.from(text.trim(), 'base64url')).toHaveLength(32);
    await recordMore(bed);
    expect(await readFile(keyFile, 'utf8')).toBe(text);
    expect(await verify(bed, text.trim())).toMatchObject({ isSound: true });
  });

  it('may be another one from now on: a new file begins, and the chain goes on', async () => {
    bed = await RecorderBed.open(settings);
    const ids = await recordMore(bed);
    const other = 'another key, that is also long enough';
    Object.assign(bed.env.audit, { key: other });
    ids.push(...(await recordMore(bed)));
    expect((await bed.folder.full()).map((file) => basename(file))).toEqual(['events-000001.jsonl']);
    expect(await verify(bed, other)).toMatchObject({ isSound: true, firstLine: 1, linesAfterHead: 0 });
    expect((await verify(bed)).finding).toMatchObject({ kind: 'wrong-key', file: bed.folder.current });
    expect(await bed.retold()).toEqual(await bed.told(ids));
  });

  it.each([
    ['that is not there', undefined, 'ENOENT'],
    ['that is too short', 'short', 'a key has at least 32 bytes'],
  ])('file %s is refused at the start, in one sentence', async (_, text, reason) => {
    const named = join((bed = await RecorderBed.open()).dir, 'key');
    if (text !== undefined) await writeFile(named, text);
    const env = { ...bed.env, audit: { ...bed.env.audit, keyFile: named } };
    await expect(bootRecorder(env, bed.logger)).rejects.toThrow(
      `The audit key ${named} cannot be used (${reason}); make it readable, or set COC_AUDIT_KEY or COC_AUDIT_KEY_FILE to one that can.`,
    );
  });

  it('and the head are refused where they cannot be written', async () => {
    bed = await RecorderBed.open(settings);
    await writeFile(join(bed.dir, 'file'), '');
    const env = { ...bed.env, audit: { ...bed.env.audit, headFile: join(bed.dir, 'file', 'audit', 'head.json') } };
    await expect(bootRecorder(env, bed.logger)).rejects.toThrow(
      /^The audit head .*head\.json cannot be written \(ENOTDIR\)/,
    );
  });
});
