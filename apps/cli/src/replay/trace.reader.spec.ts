import { describe, expect, it } from '@jest/globals';
import { linesOf } from './trace-text.js';
import { TraceReader } from './trace.reader.js';

const line = (parts: object = {}): string =>
  JSON.stringify({
    type: 'directive.started',
    timestamp: '2026-11-21T07:00:00.000Z',
    directive: 'd0_1',
    task: null,
    seq: 1,
    tenant: 'local',
    data: {},
    at: '0:1-0',
    ...parts,
  });

function read(...lines: string[]): { reader: TraceReader; notes: string[] } {
  const notes: string[] = [];
  const reader = new TraceReader('t.jsonl', (note) => notes.push(note));
  for (const text of lines) reader.take(text);
  return { reader, notes };
}

describe('a trace', () => {
  it('is kept by directive, in the order in which they appear', () => {
    const { reader } = read(line(), line({ directive: 'd0_2' }), line({ seq: 2, type: 'newer.event', more: 1 }));
    expect([...reader.byDirective].map(([id, events]) => [id, events.map(({ seq }) => seq)])).toEqual([
      ['d0_1', [1, 2]],
      ['d0_2', [1]],
    ]);
  });

  it.each([
    ['{"a":', 't.jsonl:2: not valid JSON'],
    ['7', 't.jsonl:2: not a JSON object'],
    [line({ seq: 0 }), /^t\.jsonl:2: not a line of a trace: \/seq /],
    [
      '{"type":"recorder.opened","timestamp":"2026-11-21T07:00:00.000Z","version":9,"installation":"i","positions":{}}',
      't.jsonl:2: the trace is of version 9, this coc knows 1',
    ],
  ])('names the bad line %s with its reason', (bad, message) => {
    expect(() => read(line(), bad)).toThrow(message);
  });

  it('leaves out a torn last line with a remark, and takes a whole one without its end', () => {
    const { reader, notes } = read(line());
    reader.takeTorn(line({ seq: 2 }).slice(0, -5));
    expect(notes).toEqual(['t.jsonl:2: the last line is torn and was left out']);
    reader.takeTorn(line({ seq: 2 }));
    expect(reader.byDirective.get('d0_1')).toHaveLength(2);
  });

  it('passes on what the recorder could not record', () => {
    const { notes } = read(line({ type: 'recorder.gap', shard: 0, after: '5-0', at: '0:5-0' }));
    expect(notes).toEqual([expect.stringContaining('t.jsonl:1: events of shard 0 may be missing after 5-0')]);
  });
});

it('lines are whole wherever the pieces are cut', async () => {
  const bytes = Buffer.from('{"é":1}\n{"日本":2}\nrest');
  for (let cut = 0; cut <= bytes.length; cut += 1) {
    const found: string[] = [];
    let rest = '';
    const pieces = async function* () {
      yield bytes.subarray(0, cut);
      yield bytes.subarray(cut);
    };
    for await (const whole of linesOf(pieces(), (text) => (rest = text))) found.push(whole);
    expect({ cut, found, rest }).toEqual({ cut, found: ['{"é":1}', '{"日本":2}'], rest: 'rest' });
  }
});
