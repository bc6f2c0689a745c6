import { TaskMessage, jsonDepth, limits, parseAttemptId, type AttemptId, type Json } from '#libs/contracts';
import type { Job } from 'bullmq';
import type { z } from 'zod';
import { ActionError } from './action-error.js';
import type { DeclaredAction } from './action.decorator.js';
import type { RunningAttempt } from './running-attempts.js';

export interface Grant {
  id: AttemptId;
  message: TaskMessage;
}

const shownIssues = 5;

function describeIssues(error: z.ZodError): string {
  return error.issues
    .slice(0, shownIssues)
    .map((issue) => `${['', ...issue.path.map(String)].join('/') || '/'}: ${issue.message}`)
    .join('; ');
}

function notOurs(reason: string): ActionError {
  return new ActionError('JOB_NOT_OURS', `this job is not an attempt of ours: ${reason}`);
}

/** The attempt a job stands for. Throws JOB_NOT_OURS for what a stranger put on the queue. */
export function parseGrant(job: Job, action: DeclaredAction): Grant {
  const id = parseAttemptId(job.id ?? '');
  const parsed = TaskMessage.safeParse(job.data);
  if (!id) throw notOurs('its id names no attempt');
  if (!parsed.success) throw notOurs(describeIssues(parsed.error));
  const message = parsed.data;
  const isSame = id.directiveId === message.directiveId && id.attempt === message.attempt && id.nonce === message.nonce;
  if (!isSame) throw notOurs(`its id and its data name different attempts`);
  if (message.action !== action.name) throw notOurs(`it is for the action ${message.action}`);
  return { id, message };
}

/**
 * Ends the attempt by TIMEOUT or TTL_EXPIRED; `ttl_ms` runs from the sending of the job and covers wait and work. The sender's clock and
 * ours may be minutes apart: what looks late by them is asked of Redis, which answers undefined for a job that is not in flight.
 */
export async function limitTime(
  job: Job,
  message: TaskMessage,
  attempt: RunningAttempt,
  askLeftMs: () => Promise<number | undefined>,
): Promise<void> {
  const ttlMs = message.__assignment.ttl_ms;
  const expired = () => new ActionError('TTL_EXPIRED', `the assignment was good for ${ttlMs} ms`, { class: 'expired' });
  const timedOut = () =>
    new ActionError('TIMEOUT', `the action took over ${message.timeoutMs} ms`, { class: 'timeout' });
  const apparentMs = job.timestamp + ttlMs - Date.now();
  const leftMs = apparentMs < message.timeoutMs ? ((await askLeftMs()) ?? apparentMs) : apparentMs;
  if (leftMs <= 0) throw expired();
  if (leftMs < message.timeoutMs) attempt.abortAfter(leftMs, expired);
  else attempt.abortAfter(message.timeoutMs, timedOut);
}

/** Throws INPUT_INVALID, naming what is wrong by JSON pointer. */
export function parseInput(action: DeclaredAction, input: Json): unknown {
  const parsed = action.options.input.safeParse(input);
  if (parsed.success) return parsed.data;
  throw new ActionError('INPUT_INVALID', `input of ${action.name}: ${describeIssues(parsed.error)}`);
}

function textOf(output: unknown): string {
  try {
    return JSON.stringify(output) ?? 'null';
  } catch (cause) {
    throw new ActionError('OUTPUT_INVALID', 'the output is not JSON', { cause });
  }
}

/** The output and its JSON text. Throws OUTPUT_INVALID, OUTPUT_TOO_DEEP or OUTPUT_TOO_LARGE. */
export function parseOutput(action: DeclaredAction, returned: unknown): { output: Json; text: string } {
  const parsed = action.options.output.safeParse(returned);
  if (!parsed.success) {
    throw new ActionError('OUTPUT_INVALID', `output of ${action.name}: ${describeIssues(parsed.error)}`);
  }
  if (jsonDepth(parsed.data, limits.maxJsonDepth) > limits.maxJsonDepth) {
    throw new ActionError('OUTPUT_TOO_DEEP', `the output is nested deeper than ${limits.maxJsonDepth} levels`);
  }
  const text = textOf(parsed.data);
  const bytes = Buffer.byteLength(text);
  if (bytes <= limits.maxOutputBytes) return { output: (parsed.data ?? null) as Json, text };
  throw new ActionError(
    'OUTPUT_TOO_LARGE',
    `the output has ${bytes} bytes, the limit is ${limits.maxOutputBytes}: return a reference to an artifact`,
  );
}
