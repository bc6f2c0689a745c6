import { Problem } from '#libs/contracts';
import { CliFailure } from '../cli-failure.js';
import { exitCode } from '../exit-code.js';
import type { Answer } from './exchange.js';

const nextByCode: Record<string, string> = {
  ACTION_UNKNOWN: 'see what is registered with "coc actions list", or register it with "coc actions apply FILE"',
  ACTION_CONFLICT: 'give the record a new "version"; a published version never changes',
  CURSOR_INVALID: 'start again without --cursor',
  NOT_FOUND: 'see what exists with "coc list"',
  REF_TAKEN: 'use another "ref", or find the directive that has it with "coc list"',
  TRANSITION_ILLEGAL: 'look at its state with "coc status ID"',
  UNAVAILABLE: 'look at the server with "coc doctor"',
};

/** The server's refusal as a failure: every fault on a line of its own, `pointer  code  detail`. */
export function failureOfAnswer(answer: Answer, url: string): CliFailure {
  const parsed = Problem.safeParse(answer.body);
  if (!parsed.success) return notOurs(answer.status, url);
  const { code, detail, errors = [] } = parsed.data;
  const codes = [...errors.map((fault) => fault.code), code];
  return new CliFailure({
    exitCode: exitCodeOf(answer.status),
    message: `${code}: ${detail}`,
    details: errors.map((fault) => `${fault.pointer || '(the whole document)'}  ${fault.code}  ${fault.detail}`),
    next: codes.map((it) => nextByCode[it]).find((it) => it !== undefined) ?? defaultNext(answer.status),
  });
}

/** Also for a 2xx whose body is not in the contract: a proxy, another program on the port, or another version. */
export function notOurs(status: number, url: string, fault = ''): CliFailure {
  return new CliFailure({
    exitCode: exitCode.unexpected,
    message: `${url} answered ${status} with something that is not the coc API${fault && `: ${fault}`}`,
    next: 'check the address with "coc doctor", or pass the right one with --url',
  });
}

function exitCodeOf(status: number): number {
  if (status === 404) return exitCode.notFound;
  if (status === 503) return exitCode.unreachable;
  return [400, 413, 415, 422].includes(status) ? exitCode.usage : exitCode.unexpected;
}

function defaultNext(status: number): string {
  if (exitCodeOf(status) === exitCode.usage) return 'correct what is named above and send it again';
  return 'look at the server with "coc doctor"';
}
