import { once } from 'node:events';
import { describe, expect, it, jest } from '@jest/globals';
import { aDirective, aTask, anEvent, sampleId } from './sample-directive.js';
import { aSource, silence } from './sample-source.js';
import { StandstillWatch } from './standstill-watch.js';

const mail = aTask({ id: 'mail', state: 'held', owner: 'human', waitingOn: { kind: 'approval', ref: 'mail' } });
const heldEvent = anEvent(1, { type: 'task.held', task: 'mail', data: { kind: 'approval', ref: 'mail', attempt: 0 } });

async function foundBy(watch: StandstillWatch) {
  if (!watch.signal.aborted) await once(watch.signal, 'abort');
  watch.close();
  return watch.found?.held.map(({ id }) => id);
}

describe('the watch for a standstill', () => {
  it('finds it after the event that began it', async () => {
    const watch = new StandstillWatch(aSource({ tasks: [mail] }).source, sampleId, 1);
    watch.take(heldEvent);
    expect(await foundBy(watch)).toEqual(['mail']);
  });

  it('finds the one that was there before', async () => {
    const watch = new StandstillWatch(aSource({ tasks: [mail] }).source, sampleId, 1);
    watch.know([mail]);
    expect(await foundBy(watch)).toEqual(['mail']);
  });

  it('looks again when the directive moved while it was read, and when the server is away', async () => {
    const directives = [aDirective({ lastSeq: 1 }), aDirective({ lastSeq: 2 }), aDirective({ lastSeq: 2 })];
    const { source, asked } = aSource({ directives, tasks: [mail] });
    const { listTasks } = source;
    let silences = 1;
    source.listTasks = (id) => (silences-- > 0 ? Promise.reject(silence()) : listTasks(id));
    const watch = new StandstillWatch(source, sampleId, 1);
    watch.take(heldEvent);
    expect(await foundBy(watch)).toEqual(['mail']);
    expect(asked.plans).toBeGreaterThan(0);
  });

  it('reads no plan while nothing is held, nor when the held task goes on', () => {
    jest.useFakeTimers();
    const watch = new StandstillWatch(aSource({ tasks: [mail] }).source, sampleId, 1);
    watch.take(anEvent(1, { type: 'task.started', task: 'a' }));
    expect(jest.getTimerCount()).toBe(0);
    watch.take(heldEvent);
    expect(jest.getTimerCount()).toBe(1);
    watch.take(anEvent(2, { type: 'task.approved', task: 'mail', data: { attempt: 0 } }));
    expect(jest.getTimerCount()).toBe(0);
    jest.useRealTimers();
  });
});
