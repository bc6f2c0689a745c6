import type { Json } from '#libs/contracts';
import { CliFailure } from '../cli-failure.js';
import { exitCode } from '../exit-code.js';
import type { ServerAddress } from './server-address.js';

const answerTimeoutMs = 30_000;

export interface Answer {
  status: number;
  /** The parsed body, or its text when it is no JSON. */
  body: unknown;
}

/** One HTTP exchange. Throws CliFailure `unreachable` when no answer came, and the interrupt's reason after Ctrl-C. */
export async function exchange(
  server: ServerAddress,
  interrupt: AbortSignal,
  method: string,
  path: string,
  body?: Json,
): Promise<Answer> {
  const init: RequestInit = {
    method,
    signal: AbortSignal.any([interrupt, AbortSignal.timeout(answerTimeoutMs)]),
  };
  if (body !== undefined) {
    init.headers = { 'content-type': 'application/json' };
    init.body = JSON.stringify(body);
  }
  try {
    const response = await fetch(`${server.url}${path}`, init);
    return { status: response.status, body: parseBody(await response.text()) };
  } catch (cause) {
    interrupt.throwIfAborted();
    throw unreachable(server, cause);
  }
}

function parseBody(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

function unreachable(server: ServerAddress, cause: unknown): CliFailure {
  return new CliFailure({
    exitCode: exitCode.unreachable,
    message: `no answer from ${server.url} (address from ${server.saidBy}): ${reasonOf(cause)}`,
    next: 'start the server with "coc up", or pass its address with --url; "coc doctor" looks closer',
    cause,
  });
}

/** `fetch failed` says nothing: the reason is in the cause, which for a host with two addresses is itself a list. */
function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  if (error.name === 'TimeoutError') return `nothing within ${answerTimeoutMs / 1_000} s`;
  if (error instanceof AggregateError && error.errors.length > 0) return reasonOf(error.errors[0]);
  return error.cause === undefined ? error.message : reasonOf(error.cause);
}
