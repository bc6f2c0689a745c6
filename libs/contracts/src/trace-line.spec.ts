import { describe, expect, it } from '@jest/globals';
import { TraceEvent, TraceHead, TraceNote } from './trace-line.js';

const timestamp = '2026-11-21T07:00:00.000Z';
const forms = [
  {
    name: 'an event',
    schema: TraceEvent,
    line: {
      type: 'task.queued',
      timestamp,
      directive: 'd0_1',
      task: 'a',
      seq: 1,
      tenant: 'local',
      data: {},
      at: '0:1-0',
    },
  },
  {
    name: 'the first line of a file',
    schema: TraceHead,
    line: { type: 'recorder.opened', timestamp, version: 1, installation: 'i', positions: { 0: '1-0' } },
  },
  {
    name: 'a note',
    schema: TraceNote,
    line: { type: 'recorder.gap', timestamp, shard: 0, after: '1-0', at: '0:1-0' },
  },
];

describe('a line of the trace', () => {
  it.each(forms)('is $name with and without a seal', ({ schema, line }) => {
    const sealed = { ...line, key: 'k', previous: '', line: 7, seal: 's' };
    expect(schema.parse(line)).toEqual(line);
    expect(schema.parse(sealed)).toEqual(sealed);
  });

  it.each(forms)('is $name also with a field that is not known yet', ({ schema, line }) => {
    expect(schema.parse({ ...line, newer: [1] })).toEqual({ ...line, newer: [1] });
  });
});
