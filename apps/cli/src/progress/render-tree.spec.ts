import { describe, expect, it } from '@jest/globals';
import type { TaskState, TaskView } from '#libs/contracts';
import { stripVTControlCharacters } from 'node:util';
import { renderTree } from './render-tree.js';
import { aDirective, aTask } from './sample-directive.js';

const now = Date.parse('2026-11-21T07:00:14.260Z');
const frame = { now, columns: 120, rows: 40, color: false };
const since = '2026-11-21T07:00:13.000Z';

/** One fan-out task and its children, in the given states. */
function spread(states: readonly TaskState[]): TaskView[] {
  const children = states.map((state, position) => {
    return aTask({ id: `embed[${position}]`, index: position + 1, parent: 'embed', state, since });
  });
  const waitingOn = { kind: 'children', ref: '' } as const;
  return [aTask({ id: 'embed', waitingOn, since }), ...children];
}

const repeat = (count: number, state: TaskState) => Array.from({ length: count }, () => state);

describe('the tree of a directive', () => {
  it('shows the directive, then each task with its state, time, wait reason, attempts, error and cost', () => {
    const tasks = [
      aTask({ id: 'collect', action: 'docs.collect', state: 'succeeded', costUsd: 0.0012 }),
      aTask({ id: 'embed', state: 'running', attempt: 2, since }),
      aTask({ id: 'graph', action: 'kg.build', waitingOn: { kind: 'dependencies', ref: 'embed' }, since }),
      aTask({ id: 'mail', action: 'x.mail', state: 'failed', error: { code: 'SMTP', message: 'no\nroute' } }),
    ];
    const budget = { ...aDirective().budget, maxCostUsd: 2, chargedUsd: 0.0012 };
    expect(renderTree(aDirective({ budget }), tasks, frame)).toEqual([
      '▸ RUNNING d0_01JD6Z0000000000000000000A  Index the docs  1/3 tasks  14.2s  $0.0012 of $2.00',
      '  ✓ collect  docs.collect  succeeded  $0.0012',
      '  ▸ embed    rag.embed     running  attempt 2  1.2s',
      '  · graph    kg.build      waiting  1.2s  waits for tasks before it (embed)',
      '  ✗ mail     x.mail        failed  SMTP: no route',
    ]);
  });

  it('groups the children of a fan-out under their parent: the count, and only the few that fail or run', () => {
    const states = [...repeat(10, 'succeeded'), 'failed', ...repeat(8, 'running'), ...repeat(30, 'waiting')] as const;
    expect(renderTree(aDirective(), spread(states), frame).slice(1)).toEqual([
      '  · embed        rag.embed  11/49 done, 1 failed, 8 running  1.2s',
      '    ✗ embed[10]  rag.embed  failed',
      '    ▸ embed[11]  rag.embed  running  1.2s',
      '    ▸ embed[12]  rag.embed  running  1.2s',
      '    ▸ embed[13]  rag.embed  running  1.2s',
      '    ▸ embed[14]  rag.embed  running  1.2s',
    ]);
  });

  it('says why a directive failed', () => {
    const directive = aDirective({
      state: 'FAILED',
      error: { code: 'TASK_FAILED', message: 'embed failed' },
    });
    expect(renderTree(directive, [], frame)[1]).toBe('  ✗ TASK_FAILED: embed failed');
  });

  it('stops the clock of a finished directive', () => {
    const directive = aDirective({ state: 'COMPLETED', finishedAt: '2026-11-21T07:02:05.000Z' });
    expect(renderTree(directive, [], { ...frame, now: now + 1e9 })[0]).toContain('2m05s');
  });

  it('says which attempt of how many it is, and when the next one comes', () => {
    const waitingOn = { kind: 'retry', ref: 'a' } as const;
    const deadline = '2026-11-21T07:00:17.460Z';
    const error = { code: 'TIMEOUT', message: 'too slow' };
    const tasks = [
      aTask({ id: 'a', state: 'deferred', attempt: 2, maxAttempts: 4, since, waitingOn, deadline, error }),
      aTask({ id: 'b', state: 'running', attempt: 1, maxAttempts: 4, since }),
      aTask({ id: 'c', state: 'running', attempt: 1, maxAttempts: 1, since }),
    ];
    expect(renderTree(aDirective(), tasks, frame).slice(1)).toEqual([
      '  ~ a  rag.embed  deferred  attempt 2 of 4  1.2s  waits for the next attempt in 3.2s  TIMEOUT: too slow',
      '  ▸ b  rag.embed  running  attempt 1 of 4  1.2s',
      '  ▸ c  rag.embed  running  1.2s',
    ]);
  });

  it('counts the held tasks on top, and says how long each may wait', () => {
    const directive = aDirective();
    const waitingOn = { kind: 'approval', ref: 'a' } as const;
    const tasks = [aTask({ id: 'a', state: 'held', attempt: 0, since, waitingOn, deadline: directive.expiresAt })];
    const lines = renderTree(directive, tasks, frame);
    expect(lines[0]).toContain('1/3 tasks  1 held  14.2s');
    expect(lines[1]).toBe('  ‖ a  rag.embed  held  1.2s  waits for an approval, 23h59m left');
  });

  it('names the dependencies that are open now, and what a ready task waits for under a pause', () => {
    const dependsOn = ['a', 'b', 'c', 'd', 'e'];
    const waitingOn = { kind: 'dependencies', ref: 'a,b,c,d,e' } as const;
    const tasks = [
      aTask({ id: 'a', state: 'succeeded' }),
      ...['b', 'c', 'd', 'e'].map((id) => aTask({ id, state: 'ready', waitingOn: { kind: 'release', ref: '' } })),
      aTask({ id: 'z', dependsOn, waitingOn }),
    ];
    const lines = renderTree(aDirective({ state: 'PAUSED' }), tasks, frame);
    expect(lines[2]).toBe('  ○ b  rag.embed  ready  waits for the directive to be resumed');
    expect(lines.at(-1)).toBe('  · z  rag.embed  waiting  waits for tasks before it (b, c, d and 1 more)');
  });

  it('says what a directive without open tasks waits for', () => {
    const tasks = { ...aDirective().tasks, open: 0 };
    expect(renderTree(aDirective({ tasks }), [], frame)[0]).toMatch(/waits for its review$/);
    expect(renderTree(aDirective({ state: 'PENDING' }), [], frame)[0]).toMatch(/waits for its plan$/);
  });

  it('shows failed, held and running tasks side by side when there are many of each', () => {
    const states = [...repeat(50, 'failed'), ...repeat(50, 'held'), ...repeat(50, 'running')];
    const tasks = states.map((state, index) => aTask({ id: `t${index}`, index, state }));
    const lines = renderTree(aDirective(), tasks, { ...frame, rows: 8 });
    expect(lines.map((line) => line.trimStart()[0]).join('')).toBe('▸✗✗‖‖▸▸…');
  });

  it('keeps what needs a look when not all lines fit, and counts the rest', () => {
    const tasks = Array.from({ length: 100 }, (_, index) => aTask({ id: `t${index}`, index, state: 'succeeded' }));
    tasks[70] = aTask({ id: 't70', state: 'failed' });
    tasks[90] = aTask({ id: 't90', state: 'running' });
    const lines = renderTree(aDirective(), tasks, { ...frame, rows: 5 });
    expect(lines).toHaveLength(5);
    expect(lines.slice(1)).toEqual([
      '  ✓ t0   rag.embed  succeeded',
      '  ✗ t70  rag.embed  failed',
      '  ▸ t90  rag.embed  running',
      '  … 97 more: 97 succeeded',
    ]);
  });

  it.each([0, 1, 2, 3])('never gives more lines than the terminal has: %d', (rows) => {
    const directive = aDirective({ error: { code: 'E', message: 'm' } });
    expect(renderTree(directive, spread(repeat(9, 'running')), { ...frame, rows })).toHaveLength(rows);
  });

  it('cuts lines at the width of the terminal, counted without colour', () => {
    const error = { code: 'E', message: 'x'.repeat(500) };
    const lines = renderTree(aDirective(), [aTask({ id: 'a', state: 'failed', error })], {
      ...frame,
      columns: 50,
      color: true,
    });
    for (const line of lines) expect(stripVTControlCharacters(line).length).toBeLessThanOrEqual(50);
    expect(lines[1]).toContain('\u001b[31m✗');
    expect(lines[1]?.endsWith('…')).toBe(true);
  });

  it('lets no control character of an id, a title or an error through to the terminal', () => {
    const error = { code: 'E', message: 'red \u001b[31m and \u202e back' };
    const lines = renderTree(
      aDirective({ title: '\u001b]0;owned\u0007' }),
      [aTask({ id: 'a', state: 'failed', error })],
      frame,
    );
    expect(lines.join('')).not.toMatch(/[\u0000-\u001f\u202e]/);
  });

  it('draws a plan of 10,000 tasks as exactly the lines of the terminal', () => {
    const running = new Set([17, 4_000, 9_998]);
    const states = repeat(9_999, 'waiting').map((state, index) => (running.has(index) ? 'running' : state));
    const lines = renderTree(aDirective(), spread(states), { ...frame, rows: 24 });
    expect(lines.map((line) => line.trimStart().split(' ')[1])).toEqual([
      'RUNNING',
      'embed',
      'embed[17]',
      'embed[4000]',
      'embed[9998]',
    ]);
    const flat = states.map((state, index) => aTask({ id: `t${index}`, index, state }));
    const flatLines = renderTree(aDirective(), flat, { ...frame, rows: 24 });
    expect(flatLines).toHaveLength(24);
    expect(flatLines.join('\n')).toContain('t9998');
    expect(flatLines.at(-1)).toBe('  … 9977 more: 9977 waiting');
  });
});
