import type { Problem } from '#libs/contracts';

type WireFault = NonNullable<Problem['errors']>[number];

/** The server refused. `detail` says why, `faults` what is wrong and where in the request (JSON pointers). */
export class ApiError extends Error {
  readonly code: string;
  /** HTTP status. */
  readonly status: number;
  readonly detail: string;
  readonly faults: readonly WireFault[];
  /** Of TRANSITION_ILLEGAL: where the directive is, and where it may go from there. */
  readonly state: Problem['state'];
  readonly allowed: Problem['allowed'];

  constructor({ code, status, detail, errors = [], state, allowed }: Problem) {
    super(`${code}: ${detail}`);
    this.name = 'ApiError';
    this.code = code;
    this.status = status;
    this.detail = detail;
    this.faults = errors;
    this.state = state;
    this.allowed = allowed;
  }
}

/** No answer came, or the connection broke: nobody listens there, or the network is in the way. `cause` has the rest. */
export class ServerUnreachableError extends Error {
  readonly code = 'SERVER_UNREACHABLE';

  constructor(
    readonly url: string,
    message: string,
    options?: { cause?: unknown },
  ) {
    super(message, options);
    this.name = 'ServerUnreachableError';
  }
}

/** What answered is not the coc API: a proxy, another program on the port, or another version. */
export class ForeignAnswerError extends Error {
  readonly code = 'FOREIGN_ANSWER';

  constructor(
    readonly url: string,
    readonly status: number,
    fault = '',
  ) {
    super(`${url} answered ${status} with something that is not the coc API${fault && `: ${fault}`}`);
    this.name = 'ForeignAnswerError';
  }
}

/** The stream was opened and stays empty: something between here and the server keeps it back. Poll instead. */
export class StreamBlockedError extends Error {
  readonly code = 'STREAM_BLOCKED';

  constructor(url: string, waitedMs: number) {
    super(`${url} opened its event stream, and nothing came within ${waitedMs / 1_000} s`);
    this.name = 'StreamBlockedError';
  }
}

/** A part of a path that no path can carry: nothing was sent. */
export class PathPartError extends Error {
  readonly code = 'PATH_PART_INVALID';
  override readonly name = 'PathPartError';
}

/** What was given as the address of a server is none. `source` says where it was given. */
export class ServerAddressError extends Error {
  readonly code = 'SERVER_ADDRESS_INVALID';

  constructor(
    message: string,
    readonly source: 'option' | 'file',
    readonly place: string,
    options?: { cause?: unknown },
  ) {
    super(message, options);
    this.name = 'ServerAddressError';
  }
}

// 408 and 429 ask for patience, 502 and 504 are a proxy whose server restarts; what is wrong in the request stays wrong.
const passingStatus = new Set([408, 429, 502, 503, 504]);

/** Whether the same question may be answered a little later: the server is away, or says that it cannot serve now. */
export function isPassing(error: unknown): boolean {
  if (error instanceof ServerUnreachableError) return true;
  const isAnswer = error instanceof ApiError || error instanceof ForeignAnswerError;
  return isAnswer && passingStatus.has(error.status);
}
