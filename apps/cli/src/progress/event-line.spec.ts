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

  it('leaves out what an event does not have', () => {
    expect(formatEvent(anEvent(1, { type: 'directive.started', task: null }))).toBe('07:00:01.250 directive.started');
  });

  it('stays one line of bounded length, whatever the data', () => {
    const line = formatEvent(anEvent(1, { data: { reason: `a\nb\u001b[31m${'x'.repeat(9_999)}` } }));
    expect(line).not.toMatch(/[\u0000-\u001f]/);
    expect(line.length).toBeLessThan(300);
  });
});
