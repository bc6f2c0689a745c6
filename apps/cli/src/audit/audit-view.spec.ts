import { describe, expect, it } from '@jest/globals';
import { eventTypes } from '#libs/contracts';
import { eventsOf, sampleDirective, sampleEvents } from '../story/sample-story.js';
import { renderEntry, viewEvent } from './audit-view.js';

const entries = sampleEvents.flatMap((event) => viewEvent(event) ?? []);

describe('the audit view', () => {
  it('names what became of each attempt, and nothing else', () => {
    expect(entries.map(({ event, task, attempt }) => `${event} ${task} ${attempt}`)).toEqual([
      'execute_enqueued collect 1',
      'execute_done collect 1',
      'execute_enqueued embed[0] 1',
      'execute_enqueued embed[1] 1',
      'execute_done embed[0] 1',
      'execute_retry embed[1] 1',
      'execute_enqueued embed[1] 2',
      'execute_done embed[1] 2',
      'execute_done embed null',
      'execute_enqueued publish 1',
      'execute_failed publish 1',
    ]);
  });

  it('takes these events of all there are', () => {
    const events = eventsOf(...eventTypes.map((type): [number, typeof type] => [0, type]));
    expect(events.filter((event) => viewEvent(event)).map(({ type }) => type)).toEqual(
      expect.arrayContaining(['task.queued', 'task.completed', 'task.failed', 'task.retried', 'task.expired']),
    );
    expect(events.filter((event) => viewEvent(event))).toHaveLength(5);
  });

  it('has money in dollars and the reason of the executor, else the error', () => {
    const [retried, refused, expired] = eventsOf(
      [0, 'task.retried', 'a', { attempt: 1, costMicroUsd: 1_200, code: 'E', message: 'm', reason: 'E (lost): again' }],
      [0, 'task.failed', 'b', { code: 'RISK', message: 'too high', class: 'permanent' }],
      [0, 'task.expired', 'c'],
    ).map(viewEvent);
    expect(retried).toEqual({
      event: 'execute_retry',
      timestamp: '2026-11-21T07:00:00.000Z',
      directive: sampleDirective,
      task: 'a',
      attempt: 1,
      costUsd: 0.0012,
      reason: 'E (lost): again',
    });
    expect(refused).toMatchObject({ attempt: null, costUsd: null, reason: 'RISK: too high' });
    expect(expired).toMatchObject({ event: 'execute_failed', reason: null });
  });

  it('is one line an event, whatever the text', () => {
    const [event] = eventsOf([0, 'task.failed', 'a\nb', { attempt: 2, costMicroUsd: 0, reason: 'x\u001b[2J\ny' }]);
    expect(renderEntry(viewEvent(event!)!)).toBe(
      `execute_failed    2026-11-21T07:00:00.000Z  ${sampleDirective}  a b  2  $0.00  x\ufffd[2J y\n`,
    );
    expect(entries.map(renderEntry)[0]).toBe(
      `execute_enqueued  2026-11-21T07:00:00.010Z  ${sampleDirective}  collect  1  -  -\n`,
    );
  });
});
