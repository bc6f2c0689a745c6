import { parseTaskIndex, type AttemptId } from '#libs/contracts';
import type { SpecRecord } from '../plan/plan-encoding.js';

/** One granted attempt, ready to become a BullMQ job. */
export interface Dispatch extends AttemptId {
  queue: string;
  ttlMs: number;
  tenant: string;
  traceparent: string;
  spec: SpecRecord;
}

export interface FanOutTask {
  directiveId: string;
  index: string;
}

/** What a transition asks its caller to do next. All of it is also on record, so a crash here only costs time. */
export interface Followup {
  shard: number;
  dispatched: Dispatch[];
  expanding: FanOutTask[];
  cascades: number;
  reviewing: string[];
}

export type DispatchReply = [string, string, string, string, string, string, string, string, string];

export function parseDispatch(reply: DispatchReply): Dispatch {
  const [directiveId, index, attempt, nonce, queue, ttlMs, tenant, traceparent, spec] = reply;
  return {
    directiveId,
    taskIndex: parseTaskIndex(index),
    attempt: Number(attempt),
    nonce,
    queue,
    ttlMs: Math.max(1, Number(ttlMs)),
    tenant,
    traceparent,
    spec: JSON.parse(spec) as SpecRecord,
  };
}

export function followup(
  shard: number,
  dispatched: DispatchReply[],
  expanding: [string, string][] = [],
  cascades = 0,
  reviewing = '',
): Followup {
  return {
    shard,
    dispatched: dispatched.map(parseDispatch),
    expanding: expanding.map(([directiveId, index]) => ({ directiveId, index })),
    cascades,
    reviewing: reviewing === '' ? [] : [reviewing],
  };
}
