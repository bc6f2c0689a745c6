import {
  ApiError,
  ForeignAnswerError,
  ServerAddressError,
  ServerUnreachableError as NoAnswerError,
} from '#libs/client';
import { ChainOfCommandError, DirectiveRefusedError, ServerUnreachableError } from './sdk-error.js';

const nextByCode: Record<string, string> = {
  ACTION_UNKNOWN: 'see what is registered with "coc actions list", or register it with "coc actions apply FILE"',
  REF_TAKEN: 'use another "ref", or "id", which may come again',
  IDEMPOTENCY_MISMATCH: 'use another idempotencyKey for another spec',
  NOT_FOUND: 'see what exists with "coc list"',
};

const startServer =
  'start a server with "npm start" or "coc up", pass its address as "url" or COC_URL, or use the option "embedded"';

/** An error of the client as one of this API; any other as it is. With an id the directive was accepted before. */
export function failureOf(error: unknown, directiveId?: string): unknown {
  if (error instanceof ApiError) return directiveId === undefined ? refusal(error) : afterwards(error, directiveId);
  if (error instanceof NoAnswerError || error instanceof ForeignAnswerError) {
    const next = directiveId === undefined ? startServer : comeBack(directiveId);
    return new ServerUnreachableError({ code: error.code, message: error.message, next, cause: error }, directiveId);
  }
  if (error instanceof ServerAddressError) {
    const next =
      error.source === 'file' ? `delete ${error.place}, or pass "url"` : 'give one like http://127.0.0.1:4270';
    return new ServerUnreachableError({ code: error.code, message: error.message, next, cause: error }, directiveId);
  }
  return error;
}

const comeBack = (id: string) => `the directive was accepted and goes on; come back to it with "coc watch ${id}"`;

function refusal(cause: ApiError): ChainOfCommandError {
  const { code, status, faults, message } = cause;
  if (status === 503) {
    return new ServerUnreachableError(
      { code, message, next: 'look at the server with "coc doctor"', cause },
      undefined,
    );
  }
  const listed = faults.map((fault) => `\n  ${fault.pointer || '(the whole spec)'}  ${fault.code}  ${fault.detail}`);
  const next = [code, ...faults.map((fault) => fault.code)].map((it) => nextByCode[it]).find((it) => it !== undefined);
  const parts = { code, message: message + listed.join(''), next: next ?? 'correct what is named above', cause };
  return new DirectiveRefusedError(parts, faults);
}

function afterwards(cause: ApiError, directiveId: string): ChainOfCommandError {
  return new ChainOfCommandError({ code: cause.code, message: cause.message, next: comeBack(directiveId), cause });
}
