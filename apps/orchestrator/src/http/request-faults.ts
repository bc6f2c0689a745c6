import { CocError, type Fault } from '#libs/contracts';

/** A Standard Schema issue, with what zod adds to it. */
export interface SchemaIssue {
  message: string;
  path?: readonly (PropertyKey | { key: PropertyKey })[] | undefined;
  code?: string;
  keys?: string[];
  errors?: SchemaIssue[][];
}

const maxFaults = 100;
/** A key may be as long as the body: 100 faults must not echo 800 MB. */
const maxKeyChars = 200;

function segment(part: PropertyKey | { key: PropertyKey }): string {
  const key = typeof part === 'object' ? part.key : part;
  return `/${String(key).slice(0, maxKeyChars).replaceAll('~', '~0').replaceAll('/', '~1')}`;
}

function pointerOf(issue: SchemaIssue): string {
  return (issue.path ?? []).map(segment).join('');
}

/** Of a choice between shapes, what each of them missed. */
function detailOf({ message, errors = [] }: SchemaIssue): string {
  const reasons = new Set(errors.flatMap((branch) => branch[0]?.message ?? []));
  return reasons.size === 0 ? message : `${message}: ${[...reasons].join('; or ')}`;
}

function faultsOf(issue: SchemaIssue): Fault[] {
  const pointer = pointerOf(issue);
  if (issue.code !== 'unrecognized_keys') return [{ pointer, code: 'REQUEST_INVALID', detail: detailOf(issue) }];
  return (issue.keys ?? []).slice(0, maxFaults).map((key) => ({
    pointer: `${pointer}${segment(key)}`,
    code: 'UNKNOWN_FIELD',
    detail: `there is no field "${key.slice(0, maxKeyChars)}" here`,
  }));
}

/** Everything the schema found, as one error; at most 100 faults. */
export function invalidRequest(issues: readonly SchemaIssue[]): CocError {
  const faults = issues.slice(0, maxFaults).flatMap(faultsOf).slice(0, maxFaults);
  const first = faults[0] ?? { pointer: '', code: 'REQUEST_INVALID' as const, detail: 'the request is not valid' };
  const place = first.pointer === '' ? 'the request' : first.pointer;
  return new CocError(first.code, `${place}: ${first.detail}`, faults);
}
