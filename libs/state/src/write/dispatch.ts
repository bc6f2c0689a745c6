import { parseTaskIndex, type AttemptId } from '#libs/contracts';
import { parseSpec, type SpecRecord } from '../plan/plan-encoding.js';

/** One granted attempt, ready to become a BullMQ job. */
export interface Dispatch extends AttemptId {
  queue: string;
  ttlMs: number;
  tenant: string;
  traceparent: string;
  spec: SpecRecord;
  /** A human said yes to it. */
  isApproved: boolean;
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
  /** Requests and returns that are filed for the home slots of tenants. */
  permits: number;
  /** Until the first timer that was filed is due; null when none was. */
  timerMs: number | null;
}

/** directive, index, attempt, nonce, queue, ttlMs, tenant, traceparent, control, spec (empty: too large for the answer), approved ('1' or empty) */
export type DispatchReply = [string, string, string, string, string, string, string, string, string, string, string];

/** As `followup_of` in followup.lua answers it; a script that did nothing leaves it out. */
export type FollowupReply = [
  dispatched: DispatchReply[],
  expanding: [directiveId: string, index: string][],
  cascades: number,
  reviewing: string[],
  permits: number,
  timerMs: string,
];

const nothing: FollowupReply = [[], [], 0, [], 0, ''];

export type SpecReader = (directiveId: string, index: string) => Promise<string>;

export async function parseFollowup(
  shard: number,
  reply: FollowupReply | undefined,
  readSpec: SpecReader,
): Promise<Followup> {
  const [dispatched, expanding, cascades, reviewing, permits, timerMs] = reply ?? nothing;
  return {
    shard,
    dispatched: await Promise.all(dispatched.map(async (grant) => parseDispatch(grant, readSpec))),
    expanding: expanding.map(([directiveId, index]) => ({ directiveId, index })),
    cascades,
    reviewing,
    permits,
    timerMs: timerMs === '' ? null : Number(timerMs),
  };
}

async function parseDispatch(reply: DispatchReply, readSpec: SpecReader): Promise<Dispatch> {
  const [directiveId, index, attempt, nonce, queue, ttlMs, tenant, traceparent, control, spec, approved] = reply;
  const specText = spec === '' ? await readSpec(directiveId, index) : spec;
  return {
    directiveId,
    taskIndex: parseTaskIndex(index),
    attempt: Number(attempt),
    nonce,
    queue,
    ttlMs: Math.max(1, Number(ttlMs)),
    tenant,
    traceparent,
    spec: parseSpec(control, specText),
    isApproved: approved === '1',
  };
}
