import { describe, expect, it } from '@jest/globals';
import { ActionRecord, type AskedRisk, type DirectiveEvent, type Json, type TaskSpec } from '#libs/contracts';
import { catalogLookup } from '../catalog-lookup.js';
import { decidePlan } from '../decide-plan.js';
import { SchemaValidator } from '../schema-validator.js';
import { decideRetry } from './decide-retry.js';
import { StoryFold } from './story.fold.js';

const actions = [
  { name: 'test.pure', effect: 'pure' },
  { name: 'test.keyed', effect: 'keyed' },
  { name: 'test.once', effect: 'once' },
].map((draft) => ActionRecord.parse(draft));
const catalog = catalogLookup(actions, new SchemaValidator());

type Step = [type: DirectiveEvent['type'], data?: Record<string, Json>];

const begun: Step[] = [['task.queued'], ['task.started']];
const succeeded: Step[] = [...begun, ['task.completed']];
const failedWith = (code: string, kind = 'permanent'): Step[] => [
  ...begun,
  ['task.failed', { code, class: kind, reason: 'why' }],
];

/** What is decided of one task with this story; `seq` is that of the checkpoint. */
function fateOf(
  action: string,
  steps: readonly Step[],
  more: { seq?: number; tooLarge?: boolean; task?: string; risk?: AskedRisk } = {},
) {
  const each = more.task !== undefined;
  const spec: TaskSpec = {
    id: 't',
    action,
    ...(each && { forEach: { items: [1, 2], maxItems: 10 }, input: { $item: '' } }),
  };
  const decided = decidePlan({ tasks: [spec] }, catalog);
  if ('faults' in decided) throw new Error(JSON.stringify(decided.faults));
  const story = new StoryFold();
  steps.forEach(([type, data = {}], at) => story.add({ seq: at + 1, type, task: more.task ?? 't', data }));
  const { seq = 1_000, tooLarge = false } = more;
  const tooLargeOnes = new Set(tooLarge ? [0] : []);
  const earlier = decided.plan.tasks.map((task) => ({ task }));
  const plan = {
    ...decided.plan,
    tasks: decided.plan.tasks.map((task) => ({ ...task, ...(more.risk && { risk: more.risk }) })),
  };
  const retry = decideRetry(plan, { directiveId: 'd0_X', seq, earlier, story, tooLarge: tooLargeOnes });
  return { fate: retry.tasks[0]!.fate, kept: retry.kept, task: retry.plan.tasks[0]! };
}

describe('a doubt of an earlier directive', () => {
  const risk = { score: 50, factors: [], reasons: ['nobody knew'], ungranted: true };

  it('is one still where this one never began it, and the dry run says so', () => {
    const { fate, task } = fateOf('test.once', [], { risk });
    expect([fate, task.risk]).toEqual(['ask', risk]);
  });

  it('is none any more where it ran and said how that ended', () => {
    const { fate, task } = fateOf('test.once', failedWith('WORKER_ERROR'), { risk });
    expect([fate, task.risk!.ungranted]).toEqual(['run', undefined]);
  });
});

describe('a retry from a checkpoint', () => {
  it.each(['test.pure', 'test.keyed', 'test.once'])('keeps what had succeeded, also of %s', (action) => {
    expect(fateOf(action, succeeded)).toMatchObject({ fate: 'keep', kept: [0] });
  });

  it('keeps what had been kept', () => {
    const story: Step[] = [['directive.kept', { tasks: ['t'] }]];
    expect(fateOf('test.once', story).fate).toBe('keep');
  });

  it.each<[string, string, Step[]]>([
    ['was never begun', 'test.once', []],
    ['told that it failed', 'test.once', failedWith('WORKER_ERROR')],
    ['found no worker in time', 'test.once', [['task.queued'], ['task.expired', { reason: 'no worker' }]]],
    ['was taken back before it was sent', 'test.once', [['task.queued'], ['task.held', { kind: 'approval' }]]],
    ['is pure and was lost', 'test.pure', failedWith('WORKER_LOST', 'lost')],
  ])('runs what %s', (_, action, steps) => expect(fateOf(action, steps)).toMatchObject({ fate: 'run', kept: [] }));

  it.each<[string, Step[]]>([
    ['was cancelled while it ran', [...begun, ['task.cancelled']]],
    ['was cancelled before its start was seen', [['task.queued'], ['task.cancelled']]],
    ['was in flight when the time was over', [...begun, ['task.expired', { attempt: 1 }]]],
    [
      'waited for a human to say what became of it',
      [...begun, ['task.held', { kind: 'effect-unknown' }], ['task.cancelled']],
    ],
    [
      'was given up by a human after it was lost',
      [...begun, ['task.held', { kind: 'effect-unknown' }], ['task.failed']],
    ],
    ['gave back what was not taken', failedWith('OUTPUT_INVALID')],
    ['was stopped for its budget', failedWith('BUDGET_EXCEEDED')],
  ])('asks a human about what %s', (_, steps) => {
    const { fate, task } = fateOf('test.once', steps);
    expect(fate).toBe('ask');
    expect(task.risk).toMatchObject({ score: 50, ungranted: true, reasons: [expect.stringContaining('d0_X')] });
  });

  it('asks about an effect that came after the checkpoint, or whose output is too much', () => {
    expect(fateOf('test.once', succeeded, { seq: 2 }).fate).toBe('ask');
    expect(fateOf('test.once', succeeded, { tooLarge: true }).fate).toBe('ask');
    expect(fateOf('test.pure', succeeded, { seq: 2 }).fate).toBe('run');
    expect(fateOf('test.pure', succeeded, { tooLarge: true })).toMatchObject({ fate: 'run', kept: [] });
  });

  it('gives a keyed task that was begun the effect key of before', () => {
    expect(fateOf('test.keyed', failedWith('WORKER_LOST', 'lost')).task.effectKey).toBe('d0_X.0');
    expect(fateOf('test.keyed', []).task.effectKey).toBeUndefined();
    expect(fateOf('test.once', failedWith('WORKER_ERROR')).task.effectKey).toBeUndefined();
  });

  it.each([
    ['test.pure', 'run'],
    ['test.keyed', 'ask'],
    ['test.once', 'ask'],
  ])('makes the children of a fan-out of %s anew: %s', (action, fate) => {
    expect(fateOf(action, succeeded, { task: 't[1]' }).fate).toBe(fate);
  });
});
