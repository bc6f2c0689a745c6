import { describe, expect, it } from '@jest/globals';
import { formatEvent } from './event-line.js';
import { anEvent } from './sample-directive.js';

describe('the line of an event', () => {
  it('gives time, type, task and the plain facts of the data', () => {
    const data = {
      attempt: 2,
      error: { code: 'TIMEOUT', message: 'took too long' },
      inputs: [1, 2],
      deep: { a: { b: 1 } },
    };
    expect(formatEvent(anEvent(1, { type: 'task.failed', task: 'embed[3]', data }))).toBe(
      '07:00:01.250 task.failed  embed[3]  attempt=2 error.code=TIMEOUT error.message="took too long"',
    );
  });

  it('says what a wait is for and until when', () => {
    const lineOf = (type: 'task.held' | 'task.retried' | 'task.queued', data: Record<string, string | number>) =>
      formatEvent(anEvent(1, { type, task: 'mail', data }), '2026-11-22T07:00:00.000Z').slice(13);
    expect(lineOf('task.held', { kind: 'approval', ref: 'mail', attempt: 0 })).toBe(
      'task.held  mail  kind=approval ref=mail attempt=0  waits for an approval, until 2026-11-22T07:00:00.000Z at most',
    );
    const expiresAt = Date.parse('2026-11-21T09:00:00Z');
    expect(lineOf('task.held', { kind: 'approval', ref: 'mail', score: 70, expiresAt })).toBe(
      'task.held  mail  kind=approval ref=mail score=70  waits for an approval, until 2026-11-21T09:00:00.000Z at most',
    );
    expect(lineOf('task.retried', { attempt: 1, code: 'LOST', retryAtMs: Date.parse('2026-11-21T07:00:09Z') })).toBe(
      'task.retried  mail  attempt=1 code=LOST  waits until 07:00:09.000',
    );
    expect(lineOf('task.queued', { attempt: 2, queue: 'x.mail.0' })).toBe(
      'task.queued  mail  attempt=2 queue=x.mail.0  waits for a worker',
    );
  });

  it('gives money in dollars, and none where nothing was spent', () => {
    const lineOf = (costMicroUsd: number) => formatEvent(anEvent(1, { task: null, data: { costMicroUsd, tokens: 7 } }));
    expect(lineOf(1_200)).toContain('cost=$0.0012 tokens=7');
    expect(lineOf(0)).not.toContain('cost');
  });

  it('leaves out what an event does not have', () => {
    expect(formatEvent(anEvent(1, { type: 'directive.started', task: null }))).toBe('07:00:01.250 directive.started');
  });

  it('stays one line of bounded length, whatever the data', () => {
    const line = formatEvent(anEvent(1, { data: { reason: `a\nb\u001b[31m${'x'.repeat(9_999)}` } }));
    expect(line).not.toMatch(/[\u0000-\u001f]/);
    expect(line.length).toBeLessThan(300);
  });
});
