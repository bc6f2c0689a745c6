import { describe, expect, it } from '@jest/globals';
import { readPicture } from './read-picture.js';
import { aDirective, aTask, anEvent, sampleId } from './sample-directive.js';
import { aSource } from './sample-source.js';

describe('reading a directive and its plan', () => {
  it('brings tasks that were read earlier as far as the directive', async () => {
    const events = [
      anEvent(3, { type: 'directive.started', task: null }),
      anEvent(4, { type: 'task.queued', task: 'a', data: { attempt: 1, queue: 'x.y.0' } }),
      anEvent(5, { type: 'task.started', task: 'a', data: { attempt: 1 } }),
      anEvent(6, { type: 'task.queued', task: 'b', data: { attempt: 1, queue: 'x.y.0' } }),
    ];
    const { source } = aSource({
      directives: [aDirective({ state: 'QUEUED', lastSeq: 2 }), aDirective({ state: 'RUNNING', lastSeq: 5 })],
      tasks: [aTask({ id: 'a', attempt: 0, state: 'ready' }), aTask({ id: 'b', attempt: 0, state: 'ready' })],
      events,
    });
    const picture = await readPicture(source, sampleId);
    expect(picture.directive).toMatchObject({ state: 'RUNNING', lastSeq: 5 });
    expect(picture.tasks.map(({ state }) => state)).toEqual(['running', 'ready']);
  });

  it('reads the plan once more when it was made meanwhile', async () => {
    const directives = [1, 2, 2, 2].map((lastSeq) => aDirective({ lastSeq }));
    const events = [anEvent(2, { type: 'directive.planned', task: null, data: { tasks: 1 } })];
    const { source, asked } = aSource({ directives, events });
    expect((await readPicture(source, sampleId)).needsPlan).toBe(false);
    expect(asked.plans).toBe(2);
  });

  it('asks for no events when nothing happened meanwhile', async () => {
    const { source, asked } = aSource({ directives: [aDirective({ lastSeq: 2 })] });
    await readPicture(source, sampleId);
    expect(asked.events).toEqual([]);
  });
});
