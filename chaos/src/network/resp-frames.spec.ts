import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { RespFrames, requestWords } from './resp-frames.js';

/** Every shape of RESP 2 and 3, with content that looks like framing. */
const { frame } = fc.letrec<{ frame: string; element: string }>((tie) => {
  const text = fc.constantFrom('', 'a', '\r\n', '$5\r\nhello\r\n', 'é', '*1\r\n');
  const blob = (kind: string) => text.map((word) => `${kind}${Buffer.byteLength(word)}\r\n${word}\r\n`);
  const many = (kind: string, width: number) =>
    fc
      .array(tie('element'), { maxLength: 3 })
      .map((list) => list.slice(0, list.length - (list.length % width)))
      .map((list) => `${kind}${list.length / width}\r\n${list.join('')}`);
  const simple = fc.constantFrom('+OK', '-ERR no', ':12', '$-1', '*-1', '_', '#t', ',1.5', '(123', '+QUEUED');
  return {
    element: fc.oneof(
      { depthSize: 'small' },
      simple.map((sign) => `${sign}\r\n`),
      blob('$'),
      blob('='),
      blob('!'),
      tie('frame'),
    ),
    frame: fc.oneof(
      many('*', 1),
      many('~', 1),
      many('>', 1),
      many('%', 2),
      blob('$'),
      simple.map((sign) => `${sign}\r\n`),
    ),
  };
});

describe('frames of RESP', () => {
  it('are cut where they end, however the stream is cut into chunks', () => {
    fc.assert(
      fc.property(fc.array(frame, { maxLength: 5 }), fc.array(fc.integer({ min: 1, max: 9 })), (frames, cuts) => {
        const stream = Buffer.from(frames.join(''));
        const reader = new RespFrames();
        const found: string[] = [];
        let at = 0;
        for (let turn = 0; at < stream.length; turn += 1) {
          const size = cuts[turn % Math.max(1, cuts.length)] ?? stream.length;
          found.push(...reader.push(stream.subarray(at, at + size)).map(({ bytes }) => bytes.toString()));
          at += size;
        }
        expect(found).toEqual(frames);
      }),
    );
  });

  it('keep an attribute and the value it is about together', () => {
    const reader = new RespFrames();
    expect(reader.push(Buffer.from('|1\r\n+ttl\r\n:3\r\n'))).toEqual([]);
    expect(reader.push(Buffer.from(':7\r\n+next\r\n')).map(({ bytes }) => bytes.toString())).toEqual([
      '|1\r\n+ttl\r\n:3\r\n:7\r\n',
      '+next\r\n',
    ]);
  });

  it('give the words of a request, up to as many as are wanted', () => {
    const [request] = new RespFrames().push(Buffer.from('*3\r\n$5\r\nFCALL\r\n$4\r\nf\r\ng\r\n$1\r\n1\r\n'));
    expect(requestWords(request!, 2)).toEqual(['FCALL', 'f\r\ng']);
    const [inline] = new RespFrames().push(Buffer.from('PING  now\r\n'));
    expect(requestWords(inline!, 9)).toEqual(['PING', 'now']);
  });
});
