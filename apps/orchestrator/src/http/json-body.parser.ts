import { CocError, limits } from '#libs/contracts';

type Walk = { value: object; depth: number }[];

function checkKeys(value: object): void {
  // JSON.parse makes "__proto__" an own key; whoever copies it by assignment later would change a prototype.
  if (Object.hasOwn(value, '__proto__'))
    throw new CocError('BODY_MALFORMED', 'the body has a key "__proto__", which no field is called');
}

/** Iterative: a body of a million "[" must not overflow the stack. */
function checkShape(body: unknown): void {
  const open: Walk = typeof body === 'object' && body !== null ? [{ value: body, depth: 1 }] : [];
  for (let next = open.pop(); next; next = open.pop()) {
    if (next.depth > limits.maxJsonDepth)
      throw new CocError('BODY_TOO_DEEP', `the body is nested deeper than ${limits.maxJsonDepth} levels`);
    checkKeys(next.value);
    for (const child of Object.values(next.value)) {
      if (typeof child === 'object' && child !== null) open.push({ value: child as object, depth: next.depth + 1 });
    }
  }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch (cause) {
    throw new CocError('BODY_MALFORMED', `the body is not JSON: ${(cause as Error).message.slice(0, 200)}`, [], {
      cause,
    });
  }
}

/** Bytes a body may have: a submit holds a whole plan. */
export function bodyLimitOf(method: string, path: string): number {
  return method === 'POST' && path.replace(/\/$/, '') === '/api/v1/directives'
    ? limits.maxSubmitBytes
    : limits.maxBodyBytes;
}

/** Throws BODY_TOO_LARGE, BODY_MALFORMED or BODY_TOO_DEEP before any schema looks at the value. */
export function parseJsonBody(bytes: Buffer, limit: number): unknown {
  if (bytes.byteLength > limit) throw bodyTooLarge(limit);
  if (bytes.byteLength === 0) throw new CocError('BODY_MALFORMED', 'the body is empty; send a JSON value');
  const body = parse(bytes.toString('utf8'));
  checkShape(body);
  return body;
}

export function bodyTooLarge(limit: number): CocError {
  return new CocError('BODY_TOO_LARGE', `the body is larger than the limit of ${limit} bytes`);
}
