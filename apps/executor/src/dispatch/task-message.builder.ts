import { formatAttemptId, formatTaskIndex, schemaVersion, usdFromMicroUsd, type TaskMessage } from '#libs/contracts';
import { modelOfAttempt } from '#libs/policy';
import type { TaskJob } from '#libs/queues';
import type { Dispatch } from '#libs/state';
import type { TaskInput } from './input.resolver.js';

/** The BullMQ job of a granted attempt. */
export function buildTaskJob(dispatch: Dispatch, input: TaskInput): TaskJob {
  return { queue: dispatch.queue, jobId: formatAttemptId(dispatch), message: buildMessage(dispatch, input) };
}

function buildMessage({ spec, ...dispatch }: Dispatch, { value, claim }: TaskInput): TaskMessage {
  return {
    schemaVersion,
    __assignment: {
      agent_id: spec.action,
      version: spec.actionVersion,
      model: modelOfAttempt(spec.models, dispatch.attempt),
      budget: { maxCostUsd: usdFromMicroUsd(spec.maxCostMicroUsd), maxTokens: spec.maxTokens },
      ttl_ms: dispatch.ttlMs,
    },
    tenant: dispatch.tenant,
    directiveId: dispatch.directiveId,
    taskId: spec.id,
    attempt: dispatch.attempt,
    nonce: dispatch.nonce,
    effectKey: spec.effectKey ?? `${dispatch.directiveId}.${formatTaskIndex(dispatch.taskIndex)}`,
    action: spec.action,
    ...(claim ? { input: null, inputClaim: claim } : { input: value }),
    timeoutMs: spec.timeoutMs,
    traceparent: dispatch.traceparent,
  };
}
