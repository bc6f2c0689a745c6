import { describe, expect, it } from '@jest/globals';
import { array, assert, constantFrom, integer, property, string, tuple, uint8Array } from 'fast-check';
import { linesOf, reportOn, sampleTrace, withLines } from './sample-trace.js';

/** One to three files of up to five events, with any text in them. */
const traces = array(array(string({ unit: 'binary' }), { maxLength: 5 }), { minLength: 1, maxLength: 3 });
const places = integer({ min: 0, max: 1_000_000 });
/** The place of a line in all files: which file, and which line of it. */
function placeOf(lines: readonly (readonly string[])[], number: number): [file: number, line: number] {
  const all = lines.flatMap((list, file) => list.map((_, line): [number, number] => [file, line]));
  return all[number % all.length]!;
}

describe('a sealed trace', () => {
  it('is sound, however it is cut into files and pieces', () => {
    assert(
      property(traces, integer({ min: 1, max: 700 }), (tasks, pieceBytes) => {
        const trace = sampleTrace(tasks);
        const count = linesOf(trace).flat().length;
        expect(reportOn(trace, undefined, pieceBytes)).toEqual({
          isSound: true,
          finding: null,
          sealedLines: count,
          firstLine: 1,
          lastLine: count,
          linesAfterHead: 0,
          unsealedFiles: [],
          remarks: [],
        });
      }),
    );
  });

  it('is not when any byte of it is another one, and the line with the byte is named', () => {
    assert(
      property(traces, places, integer({ min: 1, max: 255 }), (tasks, place, difference) => {
        const trace = sampleTrace(tasks);
        const sizes = trace.files.map(({ bytes }) => bytes.length);
        let [file, at] = [0, place % sizes.reduce((sum, size) => sum + size)];
        for (; at >= sizes[file]!; file += 1) at -= sizes[file]!;
        const { bytes, name } = trace.files[file]!;
        const line = bytes.subarray(0, at).filter((byte) => byte === 0x0a).length + 1;
        bytes[at]! ^= difference;
        const { isSound, finding } = reportOn(trace);
        expect(isSound).toBe(false);
        // A last line that lost its newline is not there: what is found is that it is missing after the one before it.
        const isLast = line === linesOf(sampleTrace(tasks))[file]!.length;
        expect(isLast ? { file: name, line } : finding).toMatchObject({ file: name, line });
      }),
      { numRuns: 1_000 },
    );
  });

  it('is not when bytes stand anywhere in it that were not written', () => {
    assert(
      property(traces, places, uint8Array({ minLength: 1, maxLength: 40 }), (tasks, place, more) => {
        const trace = sampleTrace(tasks);
        const [file] = placeOf(linesOf(trace), place);
        const { bytes } = trace.files[file]!;
        const at = place % bytes.length;
        trace.files[file]!.bytes = Buffer.concat([bytes.subarray(0, at), more, bytes.subarray(at)]);
        const isSame = trace.files[file]!.bytes.subarray(0, bytes.length).equals(bytes);
        expect(reportOn(trace).isSound || isSame).toBe(isSame);
      }),
    );
  });

  it('is not when lines are gone, wherever they stood and however many', () => {
    assert(
      property(traces, places, integer({ min: 1, max: 6 }), (tasks, place, count) => {
        const trace = sampleTrace(tasks);
        const lines = linesOf(trace);
        const [file, line] = placeOf(lines, place);
        lines[file]!.splice(line, count);
        expect(reportOn(withLines(trace, lines)).isSound).toBe(false);
      }),
    );
  });

  it('is not when two lines have changed places, or one stands twice', () => {
    assert(
      property(traces, places, places, (tasks, place, otherPlace) => {
        const trace = sampleTrace(tasks);
        const lines = linesOf(trace);
        const [[file, line], [otherFile, otherLine]] = [placeOf(lines, place), placeOf(lines, otherPlace)];
        const [one, other] = [lines[file]![line]!, lines[otherFile]![otherLine]!];
        const twice = lines.map((list, at) => (at === file ? list.toSpliced(line, 0, other) : list));
        expect(reportOn(withLines(trace, twice)).isSound).toBe(false);
        lines[file]![line] = other;
        lines[otherFile]![otherLine] = one;
        expect(reportOn(withLines(trace, lines)).isSound).toBe(one === other);
      }),
    );
  });

  it('is not when its end is cut off at any byte below the head', () => {
    assert(
      property(traces, places, integer({ min: 0, max: 3 }), (tasks, place, behind) => {
        const whole = linesOf(sampleTrace(tasks)).flat().length;
        const trace = sampleTrace(tasks, { behind: Math.min(behind, whole) });
        const last = trace.files.at(-1)!;
        last.bytes = last.bytes.subarray(0, place % last.bytes.length);
        const left = linesOf(trace).flat().length - (last.bytes.at(-1) === 0x0a ? 0 : 1);
        const { isSound, finding } = reportOn(trace);
        const isWhole = left >= whole - Math.min(behind, whole);
        expect({ isSound, kind: finding?.kind }).toEqual({ isSound: isWhole, kind: isWhole ? undefined : 'cut-off' });
      }),
    );
  });

  it('is not when files are gone or have changed names', () => {
    const tasks = [['a'], ['b'], ['c'], ['d']];
    assert(
      property(tuple(integer({ min: 0, max: 3 }), integer({ min: 0, max: 3 })), ([one, other]) => {
        const gone = sampleTrace(tasks);
        gone.files.splice(one, 1);
        expect(reportOn(gone).isSound).toBe(false);
        const swapped = sampleTrace(tasks);
        const { files } = swapped;
        [files[one]!.bytes, files[other]!.bytes] = [files[other]!.bytes, files[one]!.bytes];
        expect(reportOn(swapped).isSound).toBe(one === other);
      }),
    );
  });

  it('is not when its head is another one, at any byte', () => {
    const { head } = sampleTrace([['a']]);
    for (let at = 0; at < head.length; at += 1) {
      const trace = sampleTrace([['a']]);
      trace.head[at]! ^= 1;
      expect({ at, isSound: reportOn(trace).isSound }).toEqual({ at, isSound: false });
    }
  });
});

it('lines after the head, and a torn one, are no fault: they are counted', () => {
  assert(
    property(constantFrom(0, 1, 4), places, (behind, cut) => {
      const trace = sampleTrace([['a'], ['b', 'c', 'd', 'e']], { behind });
      const last = trace.files.at(-1)!;
      const torn = Buffer.from('{"type":"task.queued","timesta').subarray(0, 1 + (cut % 30));
      last.bytes = Buffer.concat([last.bytes, torn]);
      const { isSound, linesAfterHead, remarks } = reportOn(trace);
      expect({ isSound, linesAfterHead }).toEqual({ isSound: true, linesAfterHead: behind });
      expect(remarks.at(-1)).toContain(`the last line is torn (${torn.length} bytes)`);
    }),
  );
});
