import { copyFile, readFile, rename, rm, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { RecorderBed } from './recorder-bed.js';

let bed: RecorderBed;
let whole: string;
let ids: string[];

/** A trace of three directives, the last of them not recorded in the head's round. */
beforeAll(async () => {
  bed = await RecorderBed.open({ COC_SHARDS: '2' });
  ids = [await bed.directive(), await bed.directive({ shard: 1 })];
  await bed.recordOnce();
  ids.push(await bed.directive());
  await bed.recordOnce();
  whole = await readFile(bed.folder.current, 'utf8');
});
afterAll(async () => bed.close());

async function startFrom(bytes: Buffer | string): Promise<void> {
  for (const file of await bed.folder.full()) await rm(file);
  await writeFile(bed.folder.current, bytes);
}

/** What is caught up on comes shard by shard, so its seals are others; within a shard every byte before them must be the same. */
function byShard(text: string): string[] {
  const lines = text
    .trimEnd()
    .replaceAll(/,"line":\d+,"seal":"[^"]+"\}$/gm, '}')
    .split('\n')
    .slice(1);
  return [0, 1].map((shard) => lines.filter((line) => line.includes(`"at":"${shard}:`)).join('\n'));
}

describe('a recorder that was killed in the middle of a write', () => {
  it('goes on without gap or duplicate wherever in the head and in the last lines it was', async () => {
    const bytes = Buffer.from(whole);
    const headEnd = bytes.indexOf('\n') + 1;
    const lastLines = bytes.length - 450;
    // Every byte around the ends of lines, and every fifth of the others: a start takes some 50 ms.
    const ends = [0, headEnd, bytes.lastIndexOf('\n', bytes.length - 2) + 1, bytes.length];
    const isTried = (size: number): boolean => size % 5 === 0 || ends.some((end) => Math.abs(size - end) <= 2);
    const sizes = [...Array(headEnd + 2).keys(), ...Array.from({ length: 451 }, (_, at) => lastLines + at)];
    for (const size of sizes.filter((each) => each <= bytes.length && isTried(each))) {
      await startFrom(bytes.subarray(0, size));
      await bed.recordOnce();
      const found = byShard(await readFile(bed.folder.current, 'utf8'));
      expect({ size, found }).toEqual({ size, found: byShard(whole) });
    }
  });

  it('writes again what a power cut left unreadable, if it was never reported as safe', async () => {
    const bytes = Buffer.from(whole);
    const lines = whole.split('\n');
    // What was published as recorded ends with the second line; the fourth one is a page that never reached the disk.
    const [shard, position] = (JSON.parse(lines[1]!) as { at: string }).at.split(':') as [string, string];
    const marks = bed.context.keys.recorded;
    await bed.context.redis.set(marks(Number(shard)), position);
    await bed.context.redis.del(marks(1 - Number(shard)));
    const offset = Buffer.byteLength(lines.slice(0, 3).join('\n')) + 1;
    await startFrom(Buffer.concat([bytes.subarray(0, offset), Buffer.alloc(40), bytes.subarray(offset + 40)]));
    await bed.recordOnce();
    expect(byShard(await readFile(bed.folder.current, 'utf8'))).toEqual(byShard(whole));
    expect(await bed.says(/never safe on disk/)).toContain('"line":4');
  });

  it('leaves a line that somebody spoiled after it was safe, and says which', async () => {
    const spoiled = whole.replace('"directive.planned"', '"directive.planned');
    await startFrom(spoiled);
    await bed.recordOnce();
    expect(await readFile(bed.folder.current, 'utf8')).toBe(spoiled);
    await bed.says(/another hand changed it, and it is left/);
  });
});

describe('a recorder that was killed between two files', () => {
  const full = () => join(bed.dir, 'events-000001.jsonl');

  it.each([
    ['after the full file was renamed', async () => undefined],
    ['when the new file was empty', async () => writeFile(bed.folder.current, '')],
    ['in the middle of the head of the new file', async () => writeFile(bed.folder.current, whole.slice(0, 70))],
  ])('goes on %s', async (_, leave) => {
    await startFrom(whole);
    await rename(bed.folder.current, full());
    await leave();
    await bed.recordOnce();
    expect(await bed.retold()).toEqual(await bed.told(ids));
    const [head] = (await readFile(bed.folder.current, 'utf8')).split('\n');
    const last = (JSON.parse(whole.trimEnd().split('\n').at(-1)!) as { at: string }).at;
    expect(head).toContain(last.slice(2));
  });

  it('goes on after the new head, and prunes what it had no time for', async () => {
    await startFrom(whole);
    await rename(bed.folder.current, full());
    await bed.recordOnce();
    for (const number of [2, 3, 4]) await copyFile(full(), join(bed.dir, `events-00000${number}.jsonl`));
    await bed.recordOnce({ keep: 2 });
    expect((await bed.folder.full()).map((file) => file.slice(-7, -6))).toEqual(['3', '4']);
  });

  it('never writes twice, however small the files and however often it starts', async () => {
    await startFrom('');
    for (let round = 0; round < 12; round += 1) {
      ids.push(await bed.directive({ tasks: 1 + (round % 5), shard: round % 2 }));
      await bed.recordOnce({ maxBytes: 1_500, keep: 1_000 });
      const { length } = await readFile(bed.folder.current);
      if (round % 3 === 1) await truncate(bed.folder.current, Math.max(0, length - 1 - round * 30));
    }
    await bed.recordOnce();
    expect(await bed.retold()).toEqual(await bed.told(ids));
    expect((await bed.folder.full()).length).toBeGreaterThan(3);
  });
});
