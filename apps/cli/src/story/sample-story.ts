import type { DirectiveEvent, EventType, Json } from '#libs/contracts';

const startMs = Date.parse('2026-11-21T07:00:00.000Z');
export const sampleDirective = 'd0_01JD6Z0000000000000000000A';

type Told = [atMs: number, type: EventType, task?: string | null, data?: Record<string, Json>];

/** Events numbered from 1, at milliseconds after seven o'clock. */
export function eventsOf(...told: Told[]): DirectiveEvent[] {
  return told.map(([atMs, type, task = null, data = {}], at) => ({
    directiveId: sampleDirective,
    seq: at + 1,
    type,
    timestamp: new Date(startMs + atMs).toISOString(),
    task,
    data,
  }));
}

/** Collect, a fan-out of two, of which one is retried, an approval, and a report that is skipped. */
export const sampleEvents = eventsOf(
  [0, 'directive.accepted', null, { kind: 'tasks', actor: 'ana', ref: 'nightly' }],
  [0, 'directive.planned', null, { tasks: 4, edges: 3, hash: 'x' }],
  [10, 'directive.started'],
  [10, 'task.queued', 'collect', { attempt: 1, queue: 'docs.collect.0' }],
  [15, 'task.started', 'collect', { attempt: 1 }],
  [115, 'task.completed', 'collect', { attempt: 1, costMicroUsd: 250, tokens: 10 }],
  [115, 'task.expanded', 'embed', { items: 2 }],
  [115, 'task.queued', 'embed[0]', { attempt: 1, queue: 'rag.embed.0' }],
  [115, 'task.queued', 'embed[1]', { attempt: 1, queue: 'rag.embed.0' }],
  [120, 'task.started', 'embed[0]', { attempt: 1 }],
  [120, 'task.started', 'embed[1]', { attempt: 1 }],
  [220, 'task.completed', 'embed[0]', { attempt: 1, costMicroUsd: 0, tokens: 0 }],
  [320, 'task.retried', 'embed[1]', { attempt: 1, code: 'TIMEOUT', message: 'slow', retryAtMs: startMs + 1_320 }],
  [1_320, 'task.queued', 'embed[1]', { attempt: 2, queue: 'rag.embed.0' }],
  [1_330, 'task.started', 'embed[1]', { attempt: 2 }],
  [3_330, 'task.completed', 'embed[1]', { attempt: 2, costMicroUsd: 100, tokens: 0 }],
  [3_330, 'task.completed', 'embed', { items: 2 }],
  [3_330, 'task.held', 'publish', { kind: 'approval', ref: 'publish', attempt: 0 }],
  [4_330, 'task.queued', 'publish', { attempt: 1, queue: 'docs.publish.0' }],
  [4_340, 'task.started', 'publish', { attempt: 1 }],
  [4_350, 'task.failed', 'publish', { attempt: 1, costMicroUsd: 0, tokens: 0, code: 'REFUSED', message: 'no' }],
  [4_350, 'task.skipped', 'report', { because: 'publish' }],
  [4_350, 'directive.failed', null, { chargedMicroUsd: 400, overrunMicroUsd: 0, failed: 1, code: 'REFUSED' }],
);
