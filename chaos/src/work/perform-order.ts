import { setTimeout as delay } from 'node:timers/promises';
import type { LedgerLine, Testimony, WitnessAnswer } from '../witness/ledger-line.js';
import { mustFail, sumOf, type Order, type Product } from './order.js';

/** Of a job's data, what the witness is told. */
export interface Commission {
  tenant: string;
  directiveId: string;
  taskId: string;
  effectKey: string;
  action: string;
  attempt: number;
  nonce: string;
  input: unknown;
}

class OrderedFailure extends Error {}

async function testify(url: string, testimony: Testimony): Promise<WitnessAnswer> {
  const response = await fetch(url, { method: 'POST', body: JSON.stringify(testimony) });
  if (!response.ok) throw new Error(`the witness answered ${response.status}: ${await response.text()}`);
  return (await response.json()) as WitnessAnswer;
}

function testimonyOf(commission: Commission, phase: LedgerLine['phase']): Testimony {
  const { tenant, directiveId, taskId, effectKey, action, attempt, nonce, input } = commission;
  const fence = { effectKey, tenant, directive: directiveId, task: taskId, action, attempt, nonce, pid: process.pid };
  return { phase, ...fence, ...(phase === 'start' ? { input } : {}) };
}

/** Begins the effect before the witness, works as ordered, and commits it. Throws OrderedFailure, or the reason of the signal. */
export async function performOrder(
  witnessUrl: string,
  order: Order,
  commission: Commission,
  signal: AbortSignal | undefined,
): Promise<Product> {
  await testify(witnessUrl, testimonyOf(commission, 'start'));
  signal?.throwIfAborted();
  if (order.ms > 0) await delay(order.ms, undefined, signal ? { signal } : {});
  if (mustFail(order, commission.attempt)) throw new OrderedFailure(`attempt ${commission.attempt} fails as ordered`);
  signal?.throwIfAborted();
  const { seq } = await testify(witnessUrl, testimonyOf(commission, 'commit'));
  return {
    value: order.add + sumOf(order.parts),
    attempt: commission.attempt,
    nonce: commission.nonce,
    commit: seq,
    items: Array.from({ length: order.items }, (_, at) => at + 1),
    padding: 'x'.repeat(order.bytes),
    canary: order.canary,
  };
}
