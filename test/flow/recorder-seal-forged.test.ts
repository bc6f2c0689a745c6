import { readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { AuditKey } from '../../apps/recorder/src/seal/audit-key.js';
import { HeadFile, type HeadFacts } from '../../apps/recorder/src/seal/head-file.js';
import { RecorderBed } from './recorder-bed.js';
import { placesOf, readHead, recordMore, secret, settings, small, verify } from './seal-bed.js';

let bed: RecorderBed;
/** What the attacker puts back after the recorder has looked. */
let whole: string[];
let head: string;
const attackers = 'the key of somebody else, also 32 bytes and more';
const other = 'the next key of these tests, 32 bytes and more';

beforeEach(async () => {
  bed = await RecorderBed.open(settings);
  await recordMore(bed);
  await recordMore(bed);
  whole = await currentLines();
  head = await readFile(placesOf(bed).headFile, 'utf8');
  expect(await verify(bed)).toMatchObject({ isSound: true });
});
afterEach(async () => bed.close());

const currentLines = async (): Promise<string[]> => (await readFile(bed.folder.current, 'utf8')).trimEnd().split('\n');
const write = async (lines: readonly string[], path = bed.folder.current): Promise<void> =>
  writeFile(path, lines.map((line) => `${line}\n`).join(''));
const sealOf = (line: string): string => (JSON.parse(line) as { seal: string }).seal;
const fullFile = (number: number): string => join(bed.dir, `events-00000${number}.jsonl`);

/** As many lines as are asked for, and a head that tells of the last of them, with the id of a key that nobody has. */
async function cutWithInventedKey(count: number, key: string, facts: Partial<HeadFacts> = {}): Promise<void> {
  await write(whole.slice(0, count));
  const told = { ...(JSON.parse(head) as object), line: count, last: sealOf(whole[count - 1]!), key, ...facts };
  await writeFile(placesOf(bed).headFile, `${JSON.stringify(told)}\n`);
}

/** A head that the key did seal, for another trace. */
async function sealHead(key: string, facts: Pick<HeadFacts, 'line' | 'last'>): Promise<void> {
  const headFile = new HeadFile(placesOf(bed).headFile, new AuditKey(key));
  await headFile.write({ file: 'events.jsonl', bytes: 0, begins: 1, ...facts });
}

/** Now and after two more starts. */
async function staysUnsound(finding: object, ...secrets: string[]): Promise<void> {
  for (let start = 0; start < 3; start += 1) {
    expect(await verify(bed, ...secrets)).toMatchObject({ isSound: false, finding });
    await recordMore(bed, small);
  }
}

const lost = { line: 1, kind: 'head', detail: expect.stringContaining('there was no head') as unknown };
const notHandedOn = { line: 1, kind: 'head', detail: expect.stringContaining('should hand on the head') as unknown };

describe('a head under another key, put there with lines cut off', () => {
  it('is not believed when no file names that key', async () => {
    await cutWithInventedKey(whole.length - 4, 'f'.repeat(16));
    await recordMore(bed);
    await staysUnsound(lost);
    await bed.says(/the audit head is of another key and does not fit the trace/);
  });

  it('is found when a file named that key only while the recorder looked', async () => {
    await cutWithInventedKey(whole.length - 4, 'f'.repeat(16));
    const named = (await readFile(bed.folder.current, 'utf8')).replace(/"key":"\w+"/, `"key":"${'f'.repeat(16)}"`);
    await writeFile(bed.folder.current, named);
    await recordMore(bed);
    await write(whole.slice(0, -4), fullFile(1));
    await staysUnsound({ ...notHandedOn, detail: expect.stringContaining('of the key ffffffffffffffff') });
  });

  it('is found when the key changes just then, and it names the earlier one', async () => {
    await cutWithInventedKey(whole.length - 4, new AuditKey(secret).id);
    Object.assign(bed.env.audit, { key: other });
    await recordMore(bed);
    await staysUnsound({ ...notHandedOn, detail: expect.stringContaining('not what was sealed') }, other);
  });

  it('cannot ask for fewer files by its first line', async () => {
    await recordMore(bed, small);
    const at = (await readHead(bed)).line;
    whole = await currentLines();
    await cutWithInventedKey(whole.length, new AuditKey(secret).id, { line: at, begins: at + 1 });
    Object.assign(bed.env.audit, { key: other });
    await recordMore(bed);
    for (const file of await bed.folder.full()) await rm(file);
    expect(await verify(bed, other)).toMatchObject({ isSound: false });
  });

  it('is not believed when there is no file left', async () => {
    await cutWithInventedKey(whole.length, 'f'.repeat(16));
    await rm(bed.folder.current);
    await recordMore(bed);
    await staysUnsound(lost);
  });

  it('does not get into the trace when it is longer than a head is', async () => {
    await cutWithInventedKey(whole.length, new AuditKey(secret).id, { file: 'x'.repeat(5_000) });
    Object.assign(bed.env.audit, { key: other });
    await recordMore(bed);
    expect((await stat(bed.folder.current)).size).toBeLessThan(5_000);
    await staysUnsound(lost, other);
  });
});

describe('a head of another trace that has the same key', () => {
  it('is not believed when the line it tells of is another one', async () => {
    await write(whole.slice(0, -4));
    await sealHead(secret, { line: 3, last: 'x'.repeat(43) });
    await recordMore(bed);
    await staysUnsound(lost);
    await bed.says(/the audit head does not fit the trace/);
  });

  it('nor at a change of the key, when it tells of as many lines as there are', async () => {
    await sealHead(secret, { line: whole.length, last: 'x'.repeat(43) });
    Object.assign(bed.env.audit, { key: other });
    await recordMore(bed);
    await staysUnsound(lost, other);
  });

  it('nor when the line was made to agree while the recorder looked', async () => {
    const last = 'x'.repeat(43);
    const agreeing = whole.map((line, at) => (at === 2 ? line.replace(sealOf(line), last) : line));
    await write(agreeing.slice(0, -4));
    await sealHead(secret, { line: 3, last });
    await recordMore(bed);
    const recorded = await currentLines();
    const began = (await bed.folder.full())[0] ?? bed.folder.current;
    await write(
      [...whole.slice(0, -4), ...(began === bed.folder.current ? recorded.slice(whole.length - 4) : [])],
      began,
    );
    await staysUnsound(lost);
  });
});

describe('a key that was put in the place of ours', () => {
  it('does not hide lines that were cut off before, with a head that it sealed', async () => {
    await write(whole.slice(0, -4));
    await sealHead(attackers, { line: whole.length - 4, last: sealOf(whole.at(-5)!) });
    Object.assign(bed.env.audit, { key: attackers });
    await recordMore(bed);
    await staysUnsound(lost, attackers);
    expect((await verify(bed)).finding).toMatchObject({ kind: 'wrong-key' });
  });
});

describe('files that have changed names while no recorder ran', () => {
  beforeEach(async () => {
    await recordMore(bed, small);
    await recordMore(bed, small);
  });

  it('hide nothing when the current one became a full one and lost lines', async () => {
    const lines = await currentLines();
    await write(lines.slice(0, -2));
    await rename(bed.folder.current, fullFile(9));
    await recordMore(bed);
    await staysUnsound({ kind: 'missing' });
  });

  it('are found when two were swapped, and a trace is sound again when they are swapped back', async () => {
    const swap = async (): Promise<void> => {
      await rename(fullFile(1), join(bed.dir, 'kept'));
      await rename(fullFile(2), fullFile(1));
      await rename(join(bed.dir, 'kept'), fullFile(2));
    };
    await swap();
    await recordMore(bed);
    expect((await verify(bed)).isSound).toBe(false);
    await swap();
    expect(await verify(bed)).toMatchObject({ isSound: true });
  });

  it('are found for good when one of them was the current one and was written on', async () => {
    await rename(bed.folder.current, join(bed.dir, 'kept'));
    await rename(fullFile(1), bed.folder.current);
    await rename(join(bed.dir, 'kept'), fullFile(1));
    await recordMore(bed);
    await staysUnsound({});
  });
});

describe('an older head that was kept and put back with the lines cut off', () => {
  /** The trace as it was when the head was kept. */
  async function putBack(): Promise<string[]> {
    const ids = await recordMore(bed);
    await write(whole);
    await writeFile(placesOf(bed).headFile, head);
    return ids;
  }

  it('is not found by the seals; what the streams still hold is recorded again, and the log says so', async () => {
    const before = (await bed.events()).map(({ directive, seq }) => `${directive} ${seq}`);
    const ids = await putBack();
    await bed.recordOnce();
    expect(await verify(bed)).toMatchObject({ isSound: true });
    await bed.says(/the trace ends before what was recorded last/);
    const after = (await bed.events()).map(({ directive, seq }) => `${directive} ${seq}`);
    expect(after.slice(0, before.length)).toEqual(before);
    expect(await bed.retold()).toMatchObject(await bed.told(ids));
  });

  it('leaves a gap in the trace for what they no longer hold', async () => {
    await putBack();
    for (const shard of [0, 1]) await bed.context.redis.xtrim(bed.context.keys.shardEvents(shard), 'MAXLEN', 0);
    await bed.recordOnce();
    expect(await verify(bed)).toMatchObject({ isSound: true });
    expect((await bed.lines()).filter(({ type }) => type === 'recorder.gap')).toHaveLength(2);
  });
});

describe('a change of the key that nobody attacked', () => {
  const startWith = async (key: string): Promise<void> => {
    Object.assign(bed.env.audit, { key });
    await bed.recordOnce();
  };

  it.each([0, 1, 3])('is sound when the recorder was killed %i lines after its head', async (behind) => {
    await sealHead(secret, { line: whole.length - behind, last: sealOf(whole.at(-1 - behind)!) });
    await startWith(other);
    expect(await verify(bed, other)).toMatchObject({ isSound: true, linesAfterHead: 0 });
    await startWith(secret);
    expect(await verify(bed, other)).toMatchObject({ isSound: true, linesAfterHead: 0 });
    expect((await bed.lines()).filter(({ isHeadLost }) => isHeadLost)).toEqual([]);
  });

  it('is sound when the recorder was killed between the first line of a file and its head', async () => {
    await sealHead(secret, { line: 0, last: '' });
    await startWith(other);
    expect(await verify(bed, other)).toMatchObject({ isSound: true, linesAfterHead: 0 });
  });

  it('is sound when the recorder was killed before its first head of the new key', async () => {
    await startWith(other);
    const [first] = await currentLines();
    await write([first!]);
    await writeFile(placesOf(bed).headFile, head);
    await recordMore(bed);
    expect(await verify(bed, other)).toMatchObject({ isSound: true, linesAfterHead: 0 });
    expect(await bed.folder.full()).toHaveLength(1);
  });

  it('does not put the seal of the earlier head into the trace', async () => {
    await startWith(other);
    expect(JSON.parse((await currentLines())[0]!)).toMatchObject({ headBefore: { sha256: expect.any(String) } });
    expect(await readFile(bed.folder.current, 'utf8')).not.toContain(sealOf(head));
  });
});
