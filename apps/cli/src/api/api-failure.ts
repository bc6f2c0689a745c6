import { ApiError, ForeignAnswerError, PathPartError, ServerAddressError, ServerUnreachableError } from '#libs/client';
import { CliFailure } from '../cli-failure.js';
import { exitCode } from '../exit-code.js';

const nextByCode: Record<string, string> = {
  ACTION_UNKNOWN: 'see what is registered with "coc actions list", or register it with "coc actions apply FILE"',
  ACTION_CONFLICT: 'give the record a new "version"; a published version never changes',
  ARTIFACT_STORE_UNAVAILABLE: 'look at "artifacts" in "coc doctor", and repeat it when that is ok',
  BUDGET_TOO_LOW: 'see what is spent with "coc budget explain DIRECTIVE", and give more than that',
  CHECKPOINT_UNUSABLE:
    'see what there is with "coc checkpoints ID", or run all of it again with "coc retry ID --from start"',
  CURSOR_INVALID: 'start again without --cursor',
  DIRECTIVE_SETTLING: 'send it again in a few seconds; if it stays so, look at "recorder" in "coc doctor"',
  DIGEST_STALE: 'look at what it is now with "coc approvals show ID", and decide about that',
  FAMILY_TOO_LARGE: 'submit it as the child of another directive, or leave "parent" out',
  UNAUTHENTICATED:
    'give a key that is good with --api-key or COC_API_KEY; on the machine of the server, COC_DATA_DIR names the folder of its owner.key',
  RATE_LIMITED: 'send it again in a while: too many requests came from you',
  FORBIDDEN: 'act as somebody who may, with --as NAME or COC_ACTOR; whoever asked for a task may always deny it',
  HOLD_ENDED: 'see what became of it with "coc approvals show ID"; what still waits, with "coc approvals list"',
  MEMORY_SHORT: 'send it again in a while: Redis has too little memory for more',
  NOT_FOUND: 'see what exists with "coc list"',
  PARENT_ENDED: 'leave "parent" out, or name another; "coc status ID" says how this one ended',
  PLAN_CHANGED: 'look at the plan as it is now (POST /api/v1/orchestrator/plan), and send the hash of that',
  POSITION_GONE: 'start again without a position; what is kept is told from its first event on',
  PRECONDITION_FAILED: 'read it again: it changed since',
  QUEUE_OVERDUE: 'send it again in a while, and look whether workers serve the queue',
  QUEUE_TOO_LONG: 'send it again in a while: too much waits already',
  REF_TAKEN: 'use another "ref", or find the directive that has it with "coc list"',
  TRANSITION_ILLEGAL: 'look at its state with "coc status ID"',
  UPGRADE_REQUIRED: 'follow it by HTTP with "coc watch ID"',
  UNAVAILABLE: 'look at the server with "coc doctor"',
};

/** What the user is told of an error: message, exit code, next step. Undefined for a fault of our own. */
export function failureOf(error: unknown): CliFailure | undefined {
  if (error instanceof CliFailure) return error;
  if (error instanceof ApiError) return refused(error);
  if (error instanceof PathPartError) {
    const next = 'give the id of one; "coc list" and "coc task list ID" show them';
    return new CliFailure({ exitCode: exitCode.usage, message: error.message, next, cause: error });
  }
  if (error instanceof ServerUnreachableError) {
    const next = 'start the server with "coc up", or pass its address with --url; "coc doctor" looks closer';
    return new CliFailure({ exitCode: exitCode.unreachable, message: error.message, next, cause: error });
  }
  if (error instanceof ForeignAnswerError) {
    const next = 'check the address with "coc doctor", or pass the right one with --url';
    return new CliFailure({ exitCode: exitCode.unexpected, message: error.message, next, cause: error });
  }
  return error instanceof ServerAddressError ? misaddressed(error) : undefined;
}

/** Every fault on a line of its own, `pointer  code  detail`. */
function refused(cause: ApiError): CliFailure {
  const { code, status, faults, message } = cause;
  const codes = [...faults.map((fault) => fault.code), code];
  return new CliFailure({
    exitCode: exitCodeOf(status),
    message,
    details: faults.map((fault) => `${fault.pointer || '(the whole document)'}  ${fault.code}  ${fault.detail}`),
    next: codes.map((it) => nextByCode[it]).find((it) => it !== undefined) ?? defaultNext(status),
    cause,
  });
}

function misaddressed(cause: ServerAddressError): CliFailure {
  const { source, place, message } = cause;
  const next = source === 'option' ? `give one like ${place}` : `delete ${place}, or pass --url`;
  return new CliFailure({ exitCode: exitCode.usage, message, next, cause });
}

function exitCodeOf(status: number): number {
  if (status === 401) return exitCode.unauthenticated;
  if (status === 404) return exitCode.notFound;
  if (status === 503) return exitCode.unreachable;
  return [400, 413, 415, 422].includes(status) ? exitCode.usage : exitCode.unexpected;
}

function defaultNext(status: number): string {
  if (exitCodeOf(status) === exitCode.usage) return 'correct what is named above and send it again';
  return 'look at the server with "coc doctor"';
}
