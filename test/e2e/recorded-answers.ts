import {
  ActionList,
  ActionRecord,
  CheckpointView,
  type DirectiveView,
  DirectiveList,
  EventList,
  OutputView,
  PlanView,
  Problem,
  RetryPlan,
  SubmitAccepted,
} from '#libs/contracts';
import { aDirective, aTask, anEvent, sampleId as id } from '../../apps/cli/src/progress/sample-directive.js';
import type { RecordedAnswers } from './recorded-server.js';

const action = ActionRecord.parse({ name: 'rag.embed', description: 'Embeds a text.' });
const later = '2026-11-21T08:00:00.000Z';
const since = '2026-11-21T07:00:01.000Z';

const events = [
  anEvent(1, { type: 'directive.started', task: null }),
  anEvent(2, { type: 'task.failed', data: { attempt: 1, code: 'LOST' } }),
  anEvent(3, { type: 'directive.completed', task: null }),
];
export const waiting = aTask({
  id: 'embed',
  state: 'dispatched',
  owner: 'worker',
  since,
  deadline: later,
  waitingOn: { kind: 'worker', ref: 'rag.embed.0' },
});

/** All that a server with one directive answers. */
export function answersFor(directive: DirectiveView, more: RecordedAnswers = {}): RecordedAnswers {
  const at = `/api/v1/directives/${id}`;
  const { state } = directive;
  const plan = {
    directiveId: id,
    state,
    planHash: null,
    items: [aTask({ id: 'a', state: 'succeeded' }), waiting],
    nextCursor: null,
  };
  const logs = {
    items: [
      { attempt: 1, line: 'first \u001b[2J' },
      { attempt: 2, line: 'second' },
    ],
  };
  return {
    'POST /api/v1/directives': { status: 202, body: SubmitAccepted.parse({ id }) },
    'GET /api/v1/directives': { body: DirectiveList.parse({ items: [directive], nextCursor: 'c2' }) },
    [`GET ${at}`]: { body: directive },
    [`GET ${at}/plan`]: { body: PlanView.parse(plan) },
    [`GET ${at}/events`]: [
      { body: EventList.parse({ items: events, nextCursor: null }) },
      { body: { items: [], nextCursor: null } },
    ],
    [`GET ${at}/output`]: { body: OutputView.parse({ directiveId: id, state, output: { answer: 42 } }) },
    [`GET ${at}/tasks/embed%5B3%5D/logs`]: { body: logs },
    [`DELETE ${at}`]: { status: 204, body: '' },
    [`POST ${at}/retry`]: { status: 202, body: SubmitAccepted.parse({ id: 'd0_again' }) },
    [`POST ${at}/fail`]: { body: { ...directive, state: 'FAILED', closing: null } },
    [`POST ${at}/cancel`]: { body: { ...directive, closing: 'CANCELLED' } },
    'GET /api/v1/actions': { body: ActionList.parse({ items: [action] }) },
    'PUT /api/v1/actions/rag.embed': { body: action },
    'GET /api/v1/health/ready': {
      body: { status: 'ok', details: { redis: { status: 'up' }, artifacts: { status: 'up', detail: 'written' } } },
    },
    ...more,
  };
}

export const completed = aDirective({ state: 'COMPLETED', lastSeq: 3, finishedAt: later });
export const problem = (status: number, code: string, errors?: Problem['errors']) => {
  return {
    status,
    body: Problem.parse({ type: 'about:blank', title: code, status, code, detail: `it is ${code}`, errors }),
  };
};

export const checkpoint = CheckpointView.parse({
  id: `${id}.7`,
  directiveId: id,
  number: 7,
  at: later,
  seq: 9,
  state: 'RUNNING',
  kind: 'manual',
  reason: 'mine',
  by: 'kim',
  tasks: { total: 2, open: 1, succeeded: 1, failed: 0, skipped: 0, cancelled: 0, expired: 0 },
  chargedUsd: 0.25,
  chargedTokens: 3,
});

const cost = { onceUsd: 0.5, mostUsd: 1.5, onceTokens: 0, mostTokens: 0, hasOpenLists: false, fitsBudget: null };
const fate = { index: 0, action: 'rag.embed' };
export const retryPlan = RetryPlan.parse({
  retryOf: id,
  from: 'checkpoint',
  checkpoint: 3,
  kept: 1,
  runs: 1,
  asks: 1,
  cost,
  keptUsd: 0.25,
  tasks: [
    { ...fate, id: 'a', fate: 'keep', why: '' },
    { ...fate, id: 'b', fate: 'ask', why: 'it was begun' },
  ],
});
