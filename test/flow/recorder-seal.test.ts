import { readFile, rename, rm, stat, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { TraceHead } from '#libs/contracts';
import { AuditKey } from '../../apps/recorder/src/seal/audit-key.js';
import { HeadFile } from '../../apps/recorder/src/seal/head-file.js';
import { SealChain, chainStart } from '../../apps/recorder/src/seal/seal-chain.js';
import { linesAfter } from '../../apps/recorder/src/trace/lines-after.js';
import { RecorderBed } from './recorder-bed.js';
import { placesOf, readHead, recordMore, secret, settings, small, verify } from './seal-bed.js';

let bed: RecorderBed;

/** What is on disk now, to be brought back: a recorder that was killed then would have left this. */
async function remember(): Promise<() => Promise<void>> {
  const paths = [...(await bed.files()), placesOf(bed).headFile];
  const found = await Promise.all(paths.map(async (path) => [path, await readFile(path)] as const));
  return async () => {
    for (const path of await bed.folder.full()) await rm(path);
    for (const [path, bytes] of found) await writeFile(path, bytes);
  };
}

const nothing = { bytes: 0, begins: 1, line: 0, last: '' };

/** Around each end of a line, and places in between. */
const sizesFrom = (from: number, bytes: Buffer): number[] =>
  Array.from({ length: bytes.length - from + 1 }, (_, at) => from + at).filter(
    (size) => size % 37 === 0 || bytes.subarray(size - 2, size + 1).includes(0x0a),
  );

describe('a recorder', () => {
  beforeAll(async () => {
    bed = await RecorderBed.open(settings);
  });
  afterAll(async () => bed.close());

  it('seals every line in one chain, through all files, and tells the head where it ends', async () => {
    for (let round = 0; round < 5; round += 1) await recordMore(bed, small);
    const lines = await bed.lines();
    expect((await bed.files()).length).toBeGreaterThan(3);
    expect(lines.map(({ line }) => line)).toEqual(lines.map((_, at) => at + 1));
    expect(await verify(bed)).toEqual({
      isSound: true,
      finding: null,
      sealedLines: lines.length,
      firstLine: 1,
      lastLine: lines.length,
      linesAfterHead: 0,
      unsealedFiles: [],
      remarks: [],
    });
    expect(await readHead(bed)).toMatchObject({
      line: lines.length,
      last: lines.at(-1)!.seal,
      begins: 1,
      file: 'events.jsonl',
      bytes: (await stat(bed.folder.current)).size,
    });
  });

  it('begins each file with the seal of the line before', async () => {
    const lines = (await bed.lines()) as unknown as (TraceHead & { seal: string })[];
    const firsts = lines.filter(({ type }) => type === 'recorder.opened');
    expect(firsts.map(({ previous }) => previous)).toEqual(
      firsts.map(({ line }) => (line === 1 ? '' : lines[line! - 2]!.seal)),
    );
  });

  it('does not hide that another hand deleted a file', async () => {
    const bringBack = await remember();
    for (const file of await bed.folder.full()) {
      await rm(file);
      expect((await verify(bed)).finding?.kind).toBe('missing');
      await recordMore(bed);
      expect((await verify(bed)).finding?.kind).toBe('missing');
      await bringBack();
    }
    expect(await verify(bed)).toMatchObject({ isSound: true });
  });

  it('has deleted what is beyond the full files that are kept, and the rest is a whole chain', async () => {
    await recordMore(bed, { ...small, keep: 2 });
    const [first] = (await bed.lines()) as unknown as TraceHead[];
    expect(first!.line).toBeGreaterThan(1);
    expect(await verify(bed)).toMatchObject({ isSound: true, firstLine: first!.line });
    expect((await readHead(bed)).begins).toBe(first!.line);
  });

  it('leaves a sound trace when it is killed before it deletes them', async () => {
    const full = await bed.folder.full();
    const found = await Promise.all(full.map(async (path) => [path, await readFile(path)] as const));
    await recordMore(bed, { ...small, keep: 1 });
    for (const [path, bytes] of found) await writeFile(path, bytes);
    const { isSound, firstLine } = await verify(bed);
    expect(isSound).toBe(true);
    expect((await readHead(bed)).begins).toBeGreaterThan(firstLine!);
    await bed.recordOnce({ ...small, keep: 3 });
    expect(await bed.folder.full()).toHaveLength(3);
    expect(await verify(bed)).toMatchObject({ isSound: true });
  });
});

describe('a recorder that was killed between a line and the head', () => {
  let ids: string[];
  beforeAll(async () => {
    bed = await RecorderBed.open(settings);
    ids = await recordMore(bed);
  });
  afterAll(async () => bed.close());

  it('leaves a sound trace wherever it was, and goes on without a gap in the chain', async () => {
    const before = await readFile(placesOf(bed).headFile);
    const { bytes: covered, line } = await readHead(bed);
    ids.push(await bed.directive({ tasks: 1 }));
    await bed.recordOnce();
    const whole = await readFile(bed.folder.current);
    for (const size of sizesFrom(covered, whole)) {
      await writeFile(placesOf(bed).headFile, before);
      await writeFile(bed.folder.current, whole.subarray(0, size));
      const left = whole.subarray(0, size).filter((byte) => byte === 0x0a).length;
      expect({ size, ...(await verify(bed)) }).toMatchObject({ size, isSound: true, linesAfterHead: left - line });
      await bed.recordOnce();
      expect({ size, ...(await verify(bed)) }).toMatchObject({ size, isSound: true, linesAfterHead: 0, remarks: [] });
      expect(await readFile(bed.folder.current)).toEqual(whole);
    }
    expect(await bed.retold()).toEqual(await bed.told(ids));
  });

  it.each([
    ['after the full file was renamed', async () => undefined],
    ['when the new file was empty', async () => writeFile(bed.folder.current, '')],
    ['in the first line of the new file', async () => writeFile(bed.folder.current, '{"type":"recorder.op')],
  ])('and between two files: %s', async (_, leave) => {
    const full = join(bed.dir, `events-00000${(await bed.folder.full()).length + 1}.jsonl`);
    await rename(bed.folder.current, full);
    await leave();
    expect(await verify(bed)).toMatchObject({ isSound: true });
    ids.push(...(await recordMore(bed)));
    expect(await verify(bed)).toMatchObject({ isSound: true, firstLine: 1, linesAfterHead: 0 });
    expect(await bed.retold()).toEqual(await bed.told(ids));
  });

  it('and before or in its first line of all', async () => {
    const key = new AuditKey(secret);
    await rm(placesOf(bed).headFile);
    const headFile = new HeadFile(placesOf(bed).headFile, key);
    const empty = { end: chainStart, opened: undefined, linesAfter: () => linesAfter(bed.folder, 0) };
    await SealChain.open({ key, headFile }, empty, { file: 'events.jsonl', bytes: 0 }, bed.logger);
    expect(await readHead(bed)).toMatchObject(nothing);
    for (const text of [undefined, '', '{"type":"recorder.op']) {
      for (const path of await bed.files()) await rm(path, { force: true });
      await headFile.write({ ...nothing, file: 'events.jsonl' });
      if (text !== undefined) await writeFile(bed.folder.current, text);
      expect(await verify(bed)).toMatchObject({ isSound: true, sealedLines: 0 });
      await bed.recordOnce();
      expect(await verify(bed)).toMatchObject({ isSound: true, firstLine: 1, linesAfterHead: 0 });
    }
    expect(await bed.retold()).toEqual(await bed.told(ids));
  });
});

describe('a trace that somebody changed while no recorder ran', () => {
  beforeAll(async () => {
    bed = await RecorderBed.open(settings);
    await recordMore(bed, small);
    await recordMore(bed, small);
  });
  afterAll(async () => bed.close());

  it.each<[string, () => Promise<void>]>([
    ['cut off in the middle of a file', async () => truncate(bed.folder.current, (await readHead(bed)).bytes - 100)],
    ['without its current file', async () => rm(bed.folder.current)],
    ['with an empty current file', async () => truncate(bed.folder.current)],
  ])('stays unsound when recording goes on: %s', async (_, change) => {
    const bringBack = await remember();
    await change();
    expect((await verify(bed)).finding).toMatchObject({ kind: 'cut-off' });
    await recordMore(bed, small);
    await recordMore(bed, small);
    expect((await verify(bed)).finding).toMatchObject({ kind: 'missing' });
    await bed.says(/the trace ends before its audit head/);
    await bringBack();
  });

  it('is not taken under the seal when lines were put to its end', async () => {
    const bringBack = await remember();
    const [line] = (await bed.events()).slice(-1);
    await writeFile(bed.folder.current, `${JSON.stringify({ ...line, line: line!.line! + 1 })}\n`, { flag: 'a' });
    await recordMore(bed);
    expect((await verify(bed)).finding).toMatchObject({ kind: 'changed' });
    await bringBack();
  });

  it.each<[string, () => Promise<void>, RegExp]>([
    ['gone', async () => rm(placesOf(bed).headFile), /the trace has no audit head/],
    ['another one', async () => spoilHead(), /the audit head is not what was sealed/],
  ])('says for good that its head was %s, so that nobody can cut lines off with it', async (_, change, said) => {
    const bringBack = await remember();
    await change();
    expect((await verify(bed)).finding).toMatchObject({ file: placesOf(bed).headFile, kind: 'head' });
    await truncate(bed.folder.current, (await stat(bed.folder.current)).size - 100);
    await recordMore(bed);
    await bed.says(said);
    await recordMore(bed, small);
    const { finding } = await verify(bed);
    expect(finding).toMatchObject({ line: 1, kind: 'head', detail: expect.stringContaining('there was no head') });
    expect(await bed.folder.full()).toContain(finding!.file);
    await bringBack();
  });
});

async function spoilHead(): Promise<void> {
  const { headFile } = placesOf(bed);
  await writeFile(headFile, (await readFile(headFile, 'utf8')).replace('"begins":1', '"begins":9'));
}

async function submitUntil(isOver: () => boolean): Promise<void> {
  for (let at = 0; !isOver(); at += 1) await bed.directive({ shard: at % 2 });
}

it('a trace is sound at every moment while it is written, rotated and pruned', async () => {
  bed = await RecorderBed.open({ ...settings, COC_TRACE_MAX_BYTES: '4000', COC_TRACE_KEEP: '2' });
  const service = await bed.start();
  await bed.says(/"recording"/);
  let isOver = false;
  const load = submitUntil(() => isOver);
  for (let look = 0; look < 60; look += 1) expect(await verify(bed)).toMatchObject({ isSound: true });
  isOver = true;
  await load;
  await bed.stop(service);
  expect(await verify(bed)).toMatchObject({ isSound: true, linesAfterHead: 0 });
  expect((await readHead(bed)).begins).toBeGreaterThan(1);
  await bed.close();
});
