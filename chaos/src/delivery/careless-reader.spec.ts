import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { CarelessReader, type StreamReply } from './careless-reader.js';

const replies = fc.array(
  fc.option(fc.array(fc.tuple(fc.constantFrom('a', 'b', 'c'), fc.nat({ max: 4 })), { minLength: 1, maxLength: 3 }), {
    nil: null,
  }),
  { maxLength: 6 },
);

function build(shapes: readonly ([string, number][] | null)[]): StreamReply[] {
  let id = 0;
  return shapes.map(
    (shape) =>
      shape?.map(([stream, count]) => [stream, Array.from({ length: count }, () => [`${(id += 1)}-0`, []])]) ?? null,
  );
}

const idsOf = (reply: StreamReply): string[] =>
  (reply ?? []).flatMap(([stream, entries]) => entries.map(([id]) => `${stream} ${id}`));

describe('a careless reader', () => {
  it('loses nothing, invents nothing, and tells the truth about what it doubled', () => {
    fc.assert(
      fc.property(replies, fc.infiniteStream(fc.double({ min: 0, max: 0.999, noNaN: true })), (shapes, lots) => {
        const reader = new CarelessReader(0.5, () => lots.next().value as number);
        const given = build(shapes);
        const passed = given.flatMap((reply) => idsOf(reader.pass(reply)));
        // The last ones that it keeps come with the next reply, whatever that is.
        passed.push(...idsOf(reader.pass(null)));
        expect(new Set(passed)).toEqual(new Set(given.flatMap(idsOf)));
        expect(passed.length - new Set(passed).size).toBe(reader.counts.doubled);
      }),
    );
  });

  it('lets what comes later go first', () => {
    const lots = [0.1, 0.9, 0.9];
    const reader = new CarelessReader(0.4, () => lots.shift()!);
    expect(
      idsOf(
        reader.pass([
          [
            's',
            [
              ['1-0', []],
              ['2-0', []],
            ],
          ],
        ]),
      ),
    ).toEqual(['s 2-0']);
    expect(idsOf(reader.pass([['s', [['3-0', []]]]]))).toEqual(['s 3-0', 's 1-0']);
    expect(reader.pass(null)).toBeNull();
    expect(reader.counts).toEqual({ doubled: 0, late: 1 });
  });
});
