import { describe, expect, it } from '@jest/globals';
import { ChainCheck } from './chain-check.js';
import { type AuditReport, judgeTrace } from './judge-trace.js';
import {
  folder,
  keysOf,
  linesOf,
  reportOn,
  type SampleTrace,
  sampleSecret,
  sampleTrace,
  withLines,
} from './sample-trace.js';

describe('what is wrong is told apart', () => {
  const trace = () =>
    sampleTrace([
      ['a', 'b', 'c'],
      ['d', 'e', 'f', 'g'],
    ]);
  const changed = (change: (lines: string[][]) => void): AuditReport => {
    const lines = linesOf(trace());
    change(lines);
    return reportOn(withLines(trace(), lines));
  };

  it.each<[string, (lines: string[][]) => void, object]>([
    ['another text', (lines) => (lines[1]![2] = lines[1]![2]!.replace('"e"', '"x"')), { line: 3, kind: 'changed' }],
    [
      'another number',
      (lines) => (lines[1]![2] = lines[1]![2]!.replace('"line":7', '"line":9')),
      { line: 3, kind: 'changed' },
    ],
    [
      'another seal',
      (lines) => (lines[1]![2] = lines[1]![2]!.replace(/.{9}"\}$/, 'xxxxxxxxx"}')),
      { line: 3, kind: 'changed' },
    ],
    ['no seal', (lines) => (lines[1]![2] = lines[1]![2]!.replace('"seal"', '"sail"')), { line: 3, kind: 'changed' }],
    ['an empty line', (lines) => lines[1]!.splice(2, 0, ''), { line: 3, kind: 'changed' }],
    ['a line that is gone', (lines) => lines[1]!.splice(2, 1), { line: 3, kind: 'missing' }],
    ['a line that stands twice', (lines) => lines[1]!.splice(3, 0, lines[1]![1]!), { line: 4, kind: 'reordered' }],
    ['a line further down', (lines) => lines[1]!.push(...lines[1]!.splice(2, 1)), { line: 3, kind: 'reordered' }],
    ['an end that is cut off', (lines) => lines[1]!.splice(3), { line: 3, kind: 'cut-off' }],
  ])('%s', (_, change, finding) => {
    expect(changed(change).finding).toMatchObject({ file: 'events.jsonl', ...finding });
  });

  it('lines at the end of a full file', () => {
    expect(changed((lines) => lines[0]!.pop()).finding).toEqual({
      file: 'events.jsonl',
      line: 1,
      kind: 'missing',
      detail: 'it is line 5 of the trace: before it line 4 of the trace is missing',
    });
  });

  it('the last lines, by number', () => {
    expect(changed((lines) => lines[1]!.splice(2)).finding?.detail).toBe(
      'after it lines 7 to 9 of the trace are cut off, which were there at 2026-11-21T07:00:00.000Z',
    );
  });

  it('another key, of the trace and of the head', () => {
    expect(reportOn(trace(), keysOf('x'.repeat(32))).finding).toMatchObject({
      file: 'events-000001.jsonl',
      line: 1,
      kind: 'wrong-key',
    });
    const sealedAnew = sampleTrace([['a']], { secrets: ['x'.repeat(32)] });
    expect(reportOn({ ...trace(), head: sealedAnew.head }).finding).toMatchObject({
      file: 'head.json',
      kind: 'wrong-key',
    });
  });
});

describe('a trace of which parts are of another one with the same key', () => {
  const [ours, theirs] = [sampleTrace([['a'], ['b']]), sampleTrace([['x'], ['b']])];

  it('is not sound with a file of the other one, though its lines have the right numbers', () => {
    const files = [ours.files[0]!, theirs.files[1]!];
    expect(reportOn({ files, head: theirs.head }).finding).toMatchObject({ line: 1, kind: 'reordered' });
  });

  it('is not sound with the head of the other one, though that tells of as many lines', () => {
    expect(reportOn({ ...ours, head: theirs.head }).finding).toEqual({
      file: 'events.jsonl',
      line: 2,
      kind: 'head',
      detail: 'it is another line than the head head.json was told',
    });
  });
});

describe('a trace that was not sealed all the time with one key', () => {
  const unsealed = {
    name: 'events-000001.jsonl',
    bytes: Buffer.from('{"type":"recorder.opened"}\n{"at":"0:1-0"}\n{"to'),
  };

  it('is sound with the keys of all files', () => {
    const other = 'y'.repeat(32);
    const trace = sampleTrace([['a'], ['b'], ['c']], { secrets: [other] });
    expect(reportOn(trace, keysOf(sampleSecret, other))).toMatchObject({ isSound: true, sealedLines: 6 });
    expect(reportOn(trace).finding).toMatchObject({ file: 'events-000001.jsonl', kind: 'wrong-key' });
  });

  it('says of files from before sealing that they are not sealed', () => {
    const { files, head } = sampleTrace([['a'], ['b']]);
    expect(reportOn({ files: [unsealed, ...files], head })).toMatchObject({
      isSound: true,
      unsealedFiles: [unsealed.name],
      remarks: ['not sealed, from before sealing began: events-000001.jsonl'],
    });
  });

  it.each([1, 2])('does not take an unsealed file after %i sealed ones', (at) => {
    const { files, head } = sampleTrace([['a'], ['b']]);
    expect(reportOn({ files: files.toSpliced(at, 0, unsealed), head }).finding).toMatchObject({
      file: unsealed.name,
      kind: 'not-sealed',
    });
  });

  it('is not sound when nothing of it is sealed', () => {
    const read = { path: 'head.json', head: undefined, kind: 'head', detail: '' } as const;
    const check = new ChainCheck(keysOf(sampleSecret), undefined);
    check.beginFile(unsealed.name);
    check.take(unsealed.bytes);
    expect(judgeTrace(check.end(), read, folder, 'traces').finding).toMatchObject({ kind: 'not-sealed' });
  });
});

describe('a trace whose oldest files are gone', () => {
  const last = (begins: number): SampleTrace => {
    const { files, head } = sampleTrace([['a', 'b'], ['c'], ['d']], { begins });
    return { files: files.slice(1), head };
  };

  it('is sound when the recorder deleted them, and says where it begins', () => {
    expect(reportOn(last(4))).toMatchObject({
      isSound: true,
      firstLine: 4,
      remarks: ['the chain begins with line 4; older files were not looked at or are deleted'],
    });
  });

  it('is not when another hand did', () => {
    expect(reportOn(last(1)).finding).toEqual({
      file: 'events-000002.jsonl',
      line: 1,
      kind: 'missing',
      detail: 'before it lines 1 to 3 of the trace are missing',
    });
  });

  it('is sound with files that the recorder was about to delete', () => {
    expect(reportOn(sampleTrace([['a', 'b'], ['c'], ['d']], { begins: 4 }))).toMatchObject({ isSound: true });
  });
});
