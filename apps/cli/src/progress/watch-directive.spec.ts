import { once } from 'node:events';
import { describe, expect, it } from '@jest/globals';
import { ApiError } from '#libs/client';
import type { TextStream } from '../cli.js';
import { HoldView } from './hold-view.js';
import { openProgressView } from './open-view.js';
import { aDirective, aTask, anEvent, sampleId } from './sample-directive.js';
import { type SampleParts, aSource, silence } from './sample-source.js';
import { watchDirective } from './watch-directive.js';

const { signal } = new AbortController();
const lines = [
  anEvent(1, { type: 'directive.started', task: null }),
  anEvent(2, { type: 'directive.completed', task: null }),
];
const completed = aDirective({ state: 'COMPLETED', lastSeq: 2 });
const finished: SampleParts = {
  directives: [completed],
  tasks: [aTask({ id: 'embed', state: 'succeeded' })],
  events: lines,
};

function aStream(isTTY: boolean) {
  const writes: string[] = [];
  return { writes, stream: { isTTY, columns: 100, rows: 24, write: (text: string) => writes.push(text) } };
}

const lineViewOn = (stream: TextStream) => openProgressView({ stream, color: false, canMoveCursor: true });

describe('watching a directive', () => {
  it('draws a tree on a terminal', async () => {
    const { writes, stream } = aStream(true);
    const directive = await watchDirective(aSource(finished).source, sampleId, { signal, view: lineViewOn(stream) });
    expect(directive?.state).toBe('COMPLETED');
    expect(writes.join('')).toContain('✓ embed  rag.embed  succeeded');
  });

  it.each([
    ['a pipe', false, true],
    ['a dumb terminal', true, false],
  ])('appends one plain line a transition on %s', async (_name, isTTY, canMoveCursor) => {
    const { writes, stream } = aStream(isTTY);
    const view = openProgressView({ stream, color: false, canMoveCursor });
    await watchDirective(aSource(finished).source, sampleId, { signal, view });
    expect(writes.join('')).toBe('07:00:01.250 directive.started\n07:00:01.250 directive.completed\n');
  });

  it('reads the plan once and moves by events', async () => {
    const { source, asked } = aSource({ ...finished, directives: [aDirective(), aDirective(), completed] });
    const { writes, stream } = aStream(true);
    await watchDirective(source, sampleId, { signal, view: lineViewOn(stream) });
    expect(asked).toMatchObject({ plans: 1, followed: [0] });
    expect(writes.at(-2)).toContain('COMPLETED');
  });

  it('reads the plan when there is one at last', async () => {
    const events = [anEvent(1, { type: 'directive.planned', task: null, data: { tasks: 1 } }), lines[1]!];
    const directives = [aDirective(), aDirective(), aDirective({ lastSeq: 1 }), aDirective({ lastSeq: 1 }), completed];
    const { source, asked } = aSource({ ...finished, directives, events });
    await watchDirective(source, sampleId, { signal, view: lineViewOn(aStream(true).stream) });
    expect(asked.plans).toBe(2);
  });

  it('ends at PARTIALLY_COMPLETED, which only a human sends on', async () => {
    const partial = anEvent(1, { type: 'directive.partially_completed', task: null });
    const directives = [aDirective(), aDirective({ state: 'PARTIALLY_COMPLETED', lastSeq: 1 })];
    const { source } = aSource({ directives, events: [partial, ...lines] });
    const directive = await watchDirective(source, sampleId, { signal, view: lineViewOn(aStream(false).stream) });
    expect(directive?.state).toBe('PARTIALLY_COMPLETED');
  });

  it('goes on with what is kept when older events are gone, and says so', async () => {
    const problem = { type: '', title: '', status: 410, code: 'POSITION_GONE', detail: 'events before 9 are gone' };
    const { source, asked } = aSource({
      directives: [...Array.from({ length: 3 }, () => aDirective({ lastSeq: 8 })), completed],
    });
    const { followEvents } = source;
    const gone = () => Promise.reject(new ApiError(problem));
    source.followEvents = (id, options) =>
      options.after === 0
        ? (async function* () {
            yield* [await gone()];
          })()
        : followEvents(id, options);
    const { writes, stream } = aStream(false);
    await watchDirective(source, sampleId, { signal, view: lineViewOn(stream) });
    expect(asked.followed).toEqual([8]);
    expect(writes).toEqual(['events before 9 are gone; going on after event 8\n']);
  });

  it('asks again while the server is away, and says once that it is and that it is back', async () => {
    const { source } = aSource(finished);
    const { getDirective } = source;
    let silences = 3;
    source.getDirective = (id) => (silences-- > 0 ? Promise.reject(silence()) : getDirective(id));
    const { writes, stream } = aStream(false);
    await watchDirective(source, sampleId, { signal, view: lineViewOn(stream) });
    expect(writes.slice(0, 2)).toEqual([
      'no answer; trying again\n',
      'the server answers again; going on where it was\n',
    ]);
  });

  it('gives up with the failure itself when its patience ends, and passes others on at once', async () => {
    const { source } = aSource(finished);
    const view = lineViewOn(aStream(false).stream);
    source.getDirective = () => Promise.reject(silence());
    await expect(watchDirective(source, sampleId, { signal, view, patienceMs: 0 })).rejects.toMatchObject({
      code: 'SERVER_UNREACHABLE',
    });
    const refusal = new ApiError({ type: '', title: '', status: 404, code: 'NOT_FOUND', detail: 'no' });
    source.getDirective = () => Promise.reject(refusal);
    await expect(watchDirective(source, sampleId, { signal, view })).rejects.toBe(refusal);
  });

  it.each([true, false])('ends where only a human can let it go on, also on a terminal: %s', async (isTTY) => {
    const mail = aTask({ id: 'mail', state: 'held', waitingOn: { kind: 'approval', ref: 'mail' } });
    const events = [anEvent(1, { type: 'task.held', task: 'mail', data: { kind: 'approval', ref: 'mail' } })];
    const { source } = aSource({ directives: [aDirective({ lastSeq: 1 })], tasks: [mail], events });
    const { followEvents } = source;
    source.followEvents = async function* (id, options) {
      yield* followEvents(id, options);
      await once(options.signal!, 'abort');
      options.signal!.throwIfAborted();
    };
    const held: string[] = [];
    const directive = await watchDirective(source, sampleId, {
      signal,
      view: lineViewOn(aStream(isTTY).stream),
      quietMs: 1,
      onStandstill: (tasks) => held.push(...tasks.map(({ id }) => id)),
    });
    expect({ state: directive?.state, held }).toEqual({ state: 'RUNNING', held: ['mail'] });
  });

  it('returns nothing when the user leaves', async () => {
    const { source } = aSource({});
    source.getDirective = () => Promise.reject(new Error('aborted'));
    const view = lineViewOn(aStream(false).stream);
    expect(await watchDirective(source, sampleId, { signal: AbortSignal.abort(), view })).toBeUndefined();
  });
});

describe('waiting for a directive', () => {
  const held = (seq: number) =>
    anEvent(seq, { type: 'task.held', task: `t${seq}`, data: { kind: 'approval', ref: `t${seq}`, attempt: 0 } });

  async function waitFor(parts: SampleParts): Promise<string[]> {
    const { writes, stream } = aStream(false);
    const view = new HoldView(stream, sampleId, ' --url http://server');
    await watchDirective(aSource(parts).source, sampleId, { signal, view });
    return writes;
  }

  it('is silent while no human is needed', async () => {
    expect(await waitFor({ ...finished, directives: [aDirective(), completed] })).toEqual([]);
  });

  it('says what a held task waits for, since when, until when, and how to see more', async () => {
    const parts = { directives: [aDirective(), completed], events: [held(1), lines[1]!] };
    expect(await waitFor(parts)).toEqual([
      'held: t1 waits for an approval, since 2026-11-21T07:00:01.250Z, until 2026-11-22T07:00:00.000Z\n',
      `next: see all of it with "coc status ${sampleId} --why --url http://server", or end it with "coc cancel ${sampleId} --url http://server"\n`,
    ]);
  });

  it('stays short when thousands are held', async () => {
    const events = [...Array.from({ length: 1_000 }, (_, at) => held(at + 1)), { ...lines[1]!, seq: 1_001 }];
    const writes = await waitFor({ directives: [aDirective(), completed], events });
    expect(writes).toHaveLength(7);
    expect(writes.at(-1)).toContain('more tasks are held');
  });

  it('says that a directive is paused, how to let it go on, and that it does', async () => {
    const events = [
      anEvent(1, { type: 'directive.paused', task: null, data: { actor: 'local' } }),
      anEvent(2, { type: 'directive.resumed', task: null, data: { actor: 'local' } }),
      { ...lines[1]!, seq: 3 },
    ];
    const writes = await waitFor({ directives: [aDirective(), completed], events });
    expect(writes[0]).toContain(`coc resume ${sampleId}`);
    expect(writes[1]).toBe(`${sampleId} goes on\n`);
  });
});
