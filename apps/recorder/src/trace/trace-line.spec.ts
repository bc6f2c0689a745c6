import { describe, expect, it } from '@jest/globals';
import { assert, dictionary, jsonValue, property, string } from 'fast-check';
import { TraceEvent, TraceHead, TraceNote, type DirectiveEvent } from '#libs/contracts';
import type { ReadEvent } from '#libs/state';
import { eventLine, headLine, noteLine, parseLine, placeOfLine } from './trace-line.js';

const pointer: ReadEvent['pointer'] = {
  shard: 3,
  streamId: '1795255806360-7',
  directiveId: 'd3_x',
  seq: 9,
  lastSeq: 9,
  type: 'task.failed',
  tenant: 'local',
};
const event: DirectiveEvent = {
  directiveId: 'd3_x',
  seq: 9,
  type: 'task.failed',
  timestamp: '2026-11-21T07:00:01.250Z',
  task: 'embed[7]',
  data: { code: 'TIMEOUT' },
};

describe('a line of the trace', () => {
  it('carries the event and its place in the stream', () => {
    expect(eventLine({ pointer, event })).toBe(
      '{"type":"task.failed","timestamp":"2026-11-21T07:00:01.250Z","directive":"d3_x","task":"embed[7]","seq":9,' +
        '"tenant":"local","data":{"code":"TIMEOUT"},"at":"3:1795255806360-7"}\n',
    );
  });

  it('says of an event that went with its directive what the pointer knows', () => {
    expect(TraceEvent.parse(JSON.parse(eventLine({ pointer, event: null })))).toMatchObject({
      type: 'task.failed',
      timestamp: new Date(1_795_255_806_360).toISOString(),
      data: {},
      isLost: true,
    });
  });

  it('is one line and leads back to its place, whatever the data', () => {
    assert(
      property(dictionary(string(), jsonValue()), string(), (data, task) => {
        const text = eventLine({ pointer, event: { ...event, task, data: data as DirectiveEvent['data'] } });
        expect(text.indexOf('\n')).toBe(text.length - 1);
        expect(placeOfLine(parseLine(text))).toEqual({ shard: 3, position: '1795255806360-7' });
      }),
    );
  });

  it('leads nowhere when it is torn, at whatever byte', () => {
    const text = eventLine({ pointer, event });
    for (let end = 0; end < text.length - 1; end += 1)
      expect(placeOfLine(parseLine(text.slice(0, end)))).toBeUndefined();
  });

  it('is in the contract also as head and as note', () => {
    const head = headLine({ installation: 'me', positions: new Map([[0, '5-1']]), key: 'k', previous: '' }, 0);
    expect(TraceHead.parse(JSON.parse(head))).toMatchObject({
      positions: { 0: '5-1' },
      installation: 'me',
      version: 1,
    });
    const note = noteLine('recorder.rewound', { shard: 1, from: '9-0', to: '7-0' }, 0);
    expect(TraceNote.parse(JSON.parse(note))).toMatchObject({ shard: 1, after: '9-0', at: '1:7-0' });
    expect(placeOfLine(parseLine(note))).toEqual({ shard: 1, position: '7-0' });
  });
});
