import { describe, expect, it } from '@jest/globals';
import { CliFailure } from '../cli-failure.js';
import type { DirectiveSource } from './directive-source.js';
import { patientSource } from './patient-source.js';
import { openProgressView } from './progress-view.js';
import { aDirective, aTask, anEvent, sampleId } from './sample-directive.js';
import { watchDirective } from './watch-directive.js';

const lines = [anEvent(1, { type: 'directive.started', task: null }), anEvent(2, { type: 'task.completed' })];
const finished: DirectiveSource = {
  getDirective: () => Promise.resolve(aDirective({ state: 'COMPLETED', lastSeq: 2 })),
  listTasks: () => Promise.resolve([aTask({ id: 'embed', state: 'succeeded' })]),
  listEvents: (_id, after) => Promise.resolve({ items: lines.filter(({ seq }) => seq > after), nextCursor: null }),
};

function aStream(isTTY: boolean) {
  const writes: string[] = [];
  return { writes, stream: { isTTY, columns: 100, rows: 24, write: (text: string) => writes.push(text) } };
}

async function watchOn(stream: ReturnType<typeof aStream>['stream'], canMoveCursor = true) {
  const view = openProgressView({ stream, color: false, canMoveCursor });
  return watchDirective(finished, sampleId, { signal: new AbortController().signal, view, pollMs: 1 });
}

describe('watching a directive', () => {
  it('draws a tree on a terminal', async () => {
    const { writes, stream } = aStream(true);
    expect((await watchOn(stream))?.state).toBe('COMPLETED');
    expect(writes.join('')).toContain('✓ embed  rag.embed  succeeded');
  });

  it.each([
    ['a pipe', false, true],
    ['a dumb terminal', true, false],
  ])('appends one plain line a transition on %s', async (_name, isTTY, canMoveCursor) => {
    const { writes, stream } = aStream(isTTY);
    await watchOn(stream, canMoveCursor);
    expect(writes.join('')).toBe('07:00:01.250 directive.started\n07:00:01.250 task.completed  embed\n');
  });

  it('returns nothing when the user leaves', async () => {
    const signal = AbortSignal.abort();
    const source = { ...finished, getDirective: () => Promise.reject(new Error('aborted')) };
    expect(await watchDirective(source, sampleId, { signal, view: undefined })).toBeUndefined();
  });
});

describe('a patient source', () => {
  const failure = (exitCode: number) => new CliFailure({ exitCode, message: 'no answer', next: 'wait' });
  const signal = new AbortController().signal;

  it('asks again while the server is away, and says so once', async () => {
    const remarks: string[] = [];
    let silences = 3;
    const getDirective = () => (silences-- > 0 ? Promise.reject(failure(3)) : finished.getDirective(sampleId));
    const source = patientSource(
      { ...finished, getDirective },
      { signal, onSilence: (remark) => remarks.push(remark), pauseMs: 1 },
    );
    expect((await source.getDirective(sampleId)).state).toBe('COMPLETED');
    expect(remarks).toEqual(['no answer; trying again']);
  });

  it('gives up with the failure itself when its patience ends', async () => {
    const listTasks = () => Promise.reject(failure(3));
    const source = patientSource({ ...finished, listTasks }, { signal, onSilence: () => undefined, patienceMs: 0 });
    await expect(source.listTasks(sampleId)).rejects.toMatchObject({ exitCode: 3 });
  });

  it('passes every other failure on at once', async () => {
    const getDirective = () => Promise.reject(failure(4));
    const source = patientSource({ ...finished, getDirective }, { signal, onSilence: () => undefined });
    await expect(source.getDirective(sampleId)).rejects.toMatchObject({ exitCode: 4 });
  });
});
