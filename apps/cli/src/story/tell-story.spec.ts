import { describe, expect, it } from '@jest/globals';
import { array, assert, constantFrom, property } from 'fast-check';
import { type DirectiveEvent, finalTaskStates } from '#libs/contracts';
import { renderStory } from './render-story.js';
import { eventsOf, sampleDirective, sampleEvents } from './sample-story.js';
import { tellStory } from './tell-story.js';

const chapterOf = (events: readonly DirectiveEvent[], task: string, asOf?: number) =>
  tellStory(events, asOf).chapters.find((chapter) => chapter.task === task)!;

describe('a story that is over', () => {
  const story = tellStory(sampleEvents);

  it('tells state, length, cost and counts', () => {
    expect(story).toMatchObject({
      directive: sampleDirective,
      state: 'FAILED',
      isOver: true,
      kind: 'tasks',
      actor: 'ana',
      ref: 'nightly',
      asOfMs: 4_350,
      costUsd: 0.0004,
      code: 'REFUSED',
      counts: { tasks: 6, open: 0, attempts: 5, succeeded: 4, failed: 1, skipped: 1, cancelled: 0, expired: 0 },
      missing: [],
    });
  });

  it('tells how long a task was queued, in its retry and at work, and what came of each attempt', () => {
    expect(chapterOf(sampleEvents, 'embed[1]')).toMatchObject({
      state: 'succeeded',
      fromMs: 115,
      toMs: 3_330,
      spentMs: { queued: 15, running: 2_200, retry: 1_000, held: 0, deferred: 0, children: 0 },
      attempts: [
        { attempt: 1, queuedMs: 115, startedMs: 120, endedMs: 320, outcome: 'retried', code: 'TIMEOUT' },
        { attempt: 2, queuedMs: 1_320, startedMs: 1_330, endedMs: 3_330, outcome: 'completed', code: null },
      ],
      costUsd: 0.0001,
      waitsFor: null,
    });
    expect(chapterOf(sampleEvents, 'publish').spentMs).toMatchObject({ held: 1_000, queued: 10, running: 10 });
  });

  it('tells because of whom a task was skipped', () => {
    expect(chapterOf(sampleEvents, 'report')).toMatchObject({ state: 'skipped', because: 'publish', attempts: [] });
  });

  it('follows the longest chain through the child that ended last', () => {
    expect(story.chain.map(({ task, ownMs }) => [task, ownMs])).toEqual([
      ['collect', 105],
      ['embed[1]', 3_215],
      ['embed', 0],
      ['publish', 1_020],
    ]);
    expect(story.waitedForMost).toEqual({ task: 'embed[1]', toMs: 3_330, ownMs: 3_215 });
  });
});

describe('a story that is not over', () => {
  const soFar = (count: number) => sampleEvents.slice(0, count);

  it('says what each open task waits for and since when', () => {
    const at = Date.parse('2026-11-21T07:00:02.000Z');
    const waits = (count: number, task: string) => chapterOf(soFar(count), task, at).waitsFor;
    expect(waits(4, 'collect')).toEqual({ kind: 'worker', on: 'docs.collect.0', sinceMs: 10 });
    expect(waits(5, 'collect')).toEqual({ kind: 'outcome', on: 'docs.collect.0', sinceMs: 15 });
    expect(waits(7, 'embed')).toEqual({ kind: 'children', on: '', sinceMs: 115 });
    expect(waits(13, 'embed[1]')).toMatchObject({ kind: 'retry', sinceMs: 320 });
    expect(waits(18, 'publish')).toEqual({ kind: 'approval', on: 'approval publish', sinceMs: 3_330 });
  });

  it('counts what lasts up to the moment it is told', () => {
    const at = Date.parse('2026-11-21T07:00:02.000Z');
    expect(chapterOf(soFar(13), 'embed[1]', at).spentMs.retry).toBe(1_680);
    expect(tellStory(soFar(13), at)).toMatchObject({ state: 'RUNNING', isOver: false, asOfMs: 2_000 });
  });

  it('goes on when a directive that rested is sent on', () => {
    const events = [
      ...eventsOf(
        [0, 'directive.accepted'],
        [0, 'directive.planned', null, { tasks: 1 }],
        [1, 'task.queued', 'a', { attempt: 1 }],
        [2, 'task.failed', 'a', { code: 'X' }],
        [2, 'directive.partially_completed', null, {}],
        [9, 'directive.resumed'],
        [9, 'task.queued', 'a', { attempt: 2 }],
      ),
    ];
    expect(tellStory(events)).toMatchObject({ state: 'RUNNING', isOver: false, counts: { open: 1, failed: 0 } });
  });
});

describe('a task that needed a human', () => {
  const asked = { kind: 'approval', ref: 'mail', attempt: 0 };
  const events = eventsOf(
    [0, 'directive.accepted'],
    [0, 'directive.planned', null, { tasks: 1 }],
    [10, 'task.queued', 'mail', { attempt: 1, queue: 'x.mail.0' }],
    [20, 'task.held', 'mail', asked],
    [1_020, 'task.approved', 'mail', { by: 'ana', attempt: 0, comment: '' }],
    [1_120, 'task.queued', 'mail', { attempt: 1, queue: 'x.mail.0' }],
  );

  it('waits for its turn from the answer on, and was not attempted before it', () => {
    expect(chapterOf(events.slice(0, 4), 'mail')).toMatchObject({ state: 'held', attempts: [] });
    expect(chapterOf(events.slice(0, 5), 'mail')).toMatchObject({
      state: 'ready',
      waitsFor: { kind: 'release', sinceMs: 1_020 },
    });
    expect(chapterOf(events, 'mail')).toMatchObject({ attempts: [{ attempt: 1 }], spentMs: { held: 1_000 } });
  });

  it('goes on with another attempt when its unknown effect is resolved so', () => {
    const held = { kind: 'effect-unknown', ref: 'x', attempt: 1, costMicroUsd: 0, tokens: 0 };
    const lost = eventsOf(
      [0, 'task.queued', 'mail', { attempt: 1, queue: 'x.mail.0' }],
      [5, 'task.started', 'mail', { attempt: 1 }],
      [10, 'task.held', 'mail', held],
      [90, 'task.resolved', 'mail', { by: 'ana', decision: 'retry', comment: '' }],
    );
    expect(chapterOf(lost, 'mail')).toMatchObject({ state: 'ready', attempts: [{ attempt: 1, outcome: 'held' }] });
  });
});

describe('any beginning of a story', () => {
  it('can be told, and every task of it is over or says what it waits for', () => {
    for (let count = 1; count <= sampleEvents.length; count += 1) {
      const story = tellStory(sampleEvents.slice(0, count));
      for (const { state, isOver, waitsFor } of story.chapters) {
        expect(finalTaskStates.includes(state)).toBe(isOver);
        expect(waitsFor === null).toBe(isOver);
      }
      expect(renderStory(story)).toContain(sampleDirective);
    }
  });

  it('can be told of events in any order and number', () => {
    const anyEvents = array(constantFrom(...sampleEvents), { minLength: 1, maxLength: 60 });
    assert(
      property(anyEvents, (events) => {
        const story = tellStory(events);
        const seqs = story.steps.map(({ event }) => event.seq);
        expect(seqs).toEqual([...new Set(seqs)].toSorted((one, other) => one - other));
        expect(story.counts.open).toBeGreaterThanOrEqual(0);
        renderStory(story);
      }),
    );
  });
});

describe('a source with holes', () => {
  it('names the numbers it does not have', () => {
    const events = sampleEvents.filter(({ seq }) => ![1, 5, 6].includes(seq));
    expect(tellStory(events).missing).toEqual([
      { from: 1, to: 1 },
      { from: 5, to: 6 },
    ]);
  });

  it.each([
    ['with its plan', [[0, 'directive.planned', null, { tasks: 1 }]], 'PENDING', 'QUEUED'],
    ['without one', [], 'PENDING', 'PENDING'],
  ] as const)('knows one that waits for its start, %s', (_, plan, before, after) => {
    const accepted = [0, 'directive.accepted', null, { kind: 'tasks', start: 'order' }] as const;
    expect(tellStory(eventsOf([...accepted], ...plan.map(([...told]) => told))).state).toBe(before);
    const released = eventsOf([...accepted], ...plan.map(([...told]) => told), [9, 'directive.released']);
    expect(tellStory(released).state).toBe(after);
  });

  it('takes the later telling of a number that was given twice', () => {
    const undone = eventsOf([0, 'directive.accepted'], [1, 'directive.started'], [2, 'directive.failed']);
    const again = eventsOf([0, 'directive.accepted'], [5, 'directive.cancelled']).slice(1);
    const story = tellStory([...undone, ...again]);
    expect(story.steps.map(({ event }) => event.type)).toEqual(['directive.accepted', 'directive.cancelled']);
    expect(story.state).toBe('CANCELLED');
  });
});
