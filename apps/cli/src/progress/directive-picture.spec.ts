import { describe, expect, it } from '@jest/globals';
import type { DirectiveEvent, TaskView } from '#libs/contracts';
import { DirectivePicture } from './directive-picture.js';
import { aDirective, aTask, anEvent } from './sample-directive.js';

const counts = { total: 4, open: 4, succeeded: 0, failed: 0, skipped: 0, cancelled: 0, expired: 0 };
const planned = () => aDirective({ state: 'QUEUED', startedAt: null, tasks: counts, lastSeq: 2 });
const plan = () => [
  aTask({ id: 'collect', attempt: 0, state: 'ready', waitingOn: { kind: 'release', ref: '' } }),
  aTask({ id: 'embed', index: 1, attempt: 0, dependsOn: ['collect'], waitingOn: { kind: 'dependencies', ref: '' } }),
  aTask({ id: 'mail', index: 2, attempt: 0, dependsOn: ['collect'], waitingOn: { kind: 'dependencies', ref: '' } }),
  aTask({ id: 'report', index: 3, attempt: 0, dependsOn: ['embed'], waitingOn: { kind: 'dependencies', ref: '' } }),
];

const lines: [type: DirectiveEvent['type'], task: string | null, data?: DirectiveEvent['data']][] = [
  ['directive.started', null],
  ['task.queued', 'collect', { attempt: 1, queue: 'docs.collect.0' }],
  ['task.started', 'collect', { attempt: 1 }],
  [
    'task.retried',
    'collect',
    { attempt: 1, code: 'LOST', message: 'gone', retryAtMs: Date.parse('2026-11-21T07:01:00Z') },
  ],
  ['task.queued', 'collect', { attempt: 2, queue: 'docs.collect.0' }],
  ['task.started', 'collect', { attempt: 2 }],
  ['task.completed', 'collect', { attempt: 2, costMicroUsd: 1_200, tokens: 7 }],
  ['task.queued', 'mail', { attempt: 1, queue: 'x.mail.0' }],
  ['task.held', 'mail', { kind: 'approval', ref: 'mail', attempt: 0, expiresAt: Date.parse('2026-11-21T09:00:00Z') }],
  ['task.expanded', 'embed', { items: 3 }],
  ['task.queued', 'embed[0]', { attempt: 1, queue: 'rag.embed.0' }],
  ['task.queued', 'embed[2]', { attempt: 1, queue: 'rag.embed.0' }],
  ['task.started', 'embed[0]', { attempt: 1 }],
  ['task.deferred', 'embed[1]', { kind: 'budget-reserved', ref: 'd', attempt: 0 }],
  ['task.completed', 'embed[0]', { attempt: 1, costMicroUsd: 300, tokens: 1 }],
  ['task.failed', 'embed[2]', { attempt: 1, costMicroUsd: 0, tokens: 0, code: 'BAD', message: 'no text' }],
  ['directive.paused', null, { actor: 'local' }],
  ['directive.resumed', null, { actor: 'local' }],
  ['directive.budget_raised', null, { by: 'ana', comment: '', budgetMicroUsd: 5_000_000 }],
];
const story = lines.map(([type, task, data = {}], at) => {
  // Two at a time have the same time, as events of one script do.
  return anEvent(at + 3, { type, task, data, timestamp: new Date(1_795_244_400_000 + (at >> 1) * 100).toISOString() });
});

function pictureAfter(events: readonly DirectiveEvent[]): DirectivePicture {
  const picture = new DirectivePicture(planned(), plan());
  for (const event of events) picture.apply(event);
  return picture;
}

const taskOf = (picture: DirectivePicture, id: string): TaskView | undefined =>
  picture.tasks.find((task) => task.id === id);

describe('the picture of a directive', () => {
  it('is brought forward by events alone: states, waits, attempts, errors, costs and counts', () => {
    const picture = pictureAfter(story);
    expect(picture.directive).toMatchObject({ state: 'RUNNING', lastSeq: 21, startedAt: story[0]?.timestamp });
    expect(picture.directive.tasks).toMatchObject({ total: 7, open: 4, succeeded: 2, failed: 1 });
    expect(picture.directive.budget.chargedUsd).toBeCloseTo(0.0015, 9);
    expect(picture.directive.budget).toMatchObject({ maxCostUsd: 5, maxTokens: null });
    expect(taskOf(picture, 'collect')).toMatchObject({ state: 'succeeded', attempt: 2, costUsd: 0.0012, error: null });
    expect(taskOf(picture, 'mail')).toMatchObject({
      state: 'held',
      owner: 'human',
      waitingOn: { kind: 'approval', ref: 'mail' },
      attempt: 0,
      deadline: '2026-11-21T09:00:00.000Z',
    });
    expect(taskOf(picture, 'embed[1]')).toMatchObject({ state: 'deferred', parent: 'embed', action: 'rag.embed' });
    expect(taskOf(picture, 'embed[2]')).toMatchObject({ state: 'failed', error: { code: 'BAD', message: 'no text' } });
    expect(taskOf(picture, 'report')).toMatchObject({ state: 'waiting' });
  });

  it('lets a held task go when it is approved', () => {
    const picture = pictureAfter(story);
    picture.apply(anEvent(22, { type: 'task.approved', task: 'mail', data: { by: 'ana', attempt: 0 } }));
    expect(taskOf(picture, 'mail')).toMatchObject({
      state: 'ready',
      owner: 'executor',
      waitingOn: { kind: 'release' },
    });
    picture.apply(anEvent(23, { type: 'task.queued', task: 'mail', data: { attempt: 1, queue: 'x.mail.0' } }));
    expect(taskOf(picture, 'mail')).toMatchObject({ state: 'dispatched', attempt: 1 });
  });

  it('says when the next attempt comes and why there is one', () => {
    expect(taskOf(pictureAfter(story.slice(0, 4)), 'collect')).toMatchObject({
      state: 'deferred',
      waitingOn: { kind: 'retry' },
      deadline: '2026-11-21T07:01:00.000Z',
      error: { code: 'LOST', message: 'gone' },
    });
  });

  it('knows that a task is ready by its last dependency, for no event says so', () => {
    expect(taskOf(pictureAfter(story.slice(0, 6)), 'embed')?.state).toBe('waiting');
    expect(taskOf(pictureAfter(story.slice(0, 7)), 'embed')?.state).toBe('ready');
  });

  it('comes out the same whichever moment each task was read at, and counts nothing twice', () => {
    const whole = pictureAfter(story);
    for (let read = 0; read <= story.length; read++) {
      const later = pictureAfter(story.slice(0, read));
      for (let from = 0; from <= read; from++) {
        // Tasks of one moment, told again what happened before it.
        const picture = new DirectivePicture(later.directive, later.tasks);
        for (const event of story.slice(from)) picture.apply(event);
        expect({ read, from, tasks: picture.tasks }).toEqual({ read, from, tasks: whole.tasks });
        expect(picture.directive).toEqual(whole.directive);
      }
    }
  });

  it('never shows a directive of another moment than its tasks', () => {
    const picture = pictureAfter(story.slice(0, 2));
    const ahead = pictureAfter(story.slice(0, 5)).directive;
    picture.offer({ ...ahead, title: 'read later' });
    expect(picture.directive.title).toBe('Index the docs');
    for (const event of story.slice(2, 5)) picture.apply(event);
    expect(picture.directive).toMatchObject({ title: 'read later', lastSeq: 7 });
  });

  it('asks for the directive when an event leaves out what was charged, and for the plan when it grows', () => {
    const picture = pictureAfter(story.slice(0, 3));
    expect(picture).toMatchObject({ needsDirective: false, needsPlan: false });
    picture.apply(story[3]!);
    expect(picture).toMatchObject({ needsDirective: true, needsPlan: false });
    picture.apply(anEvent(7, { type: 'directive.extended', task: null, data: { tasks: 2 } }));
    expect(picture.needsPlan).toBe(true);
    expect(picture.directive.tasks).toMatchObject({ total: 6, open: 6 });
  });

  it('asks for the plan when a task is not in it, but not for a child that was never written', () => {
    const picture = pictureAfter([]);
    picture.apply(anEvent(3, { type: 'task.cancelled', task: '#1a' }));
    expect(picture.needsPlan).toBe(false);
    picture.apply(anEvent(4, { type: 'task.queued', task: 'stranger', data: { attempt: 1 } }));
    expect(picture.needsPlan).toBe(true);
  });

  it('leaves nothing open in a cancelled directive', () => {
    const end = anEvent(story.length + 3, {
      type: 'directive.cancelled',
      task: null,
      data: { chargedMicroUsd: 2_000_000 },
    });
    const picture = pictureAfter([...story, end]);
    expect(picture.directive).toMatchObject({ state: 'CANCELLED', budget: { chargedUsd: 2 } });
    expect(picture.tasks.filter(({ state }) => state === 'cancelled').map(({ id }) => id)).toEqual([
      'embed',
      'mail',
      'report',
      'embed[1]',
    ]);
  });

  it('takes 30,000 events of 10,000 tasks', () => {
    const tasks = Array.from({ length: 10_000 }, (_, index) =>
      aTask({ id: `t${index}`, index, attempt: 0, state: 'ready' }),
    );
    const picture = new DirectivePicture(planned(), tasks);
    let seq = 2;
    for (const type of ['task.queued', 'task.started', 'task.completed'] as const) {
      for (const { id } of tasks) picture.apply(anEvent(++seq, { type, task: id, data: { attempt: 1 } }));
    }
    expect(picture.tasks.every(({ state }) => state === 'succeeded')).toBe(true);
  });
});
