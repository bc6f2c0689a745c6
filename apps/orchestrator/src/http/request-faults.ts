import { CocError, type Fault } from '#libs/contracts';

/** A Standard Schema issue, with what zod adds to it. */
export interface SchemaIssue {
  message: string;
  path?: readonly (PropertyKey | { key: PropertyKey })[] | undefined;
  code?: string;
  keys?: string[];
  errors?: SchemaIssue[][];
}

function segment(part: PropertyKey | { key: PropertyKey }): string {
  const key = typeof part === 'object' ? part.key : part;
  return `/${String(key).replaceAll('~', '~0').replaceAll('/', '~1')}`;
}

function pointerOf(issue: SchemaIssue): string {
  return (issue.path ?? []).map(segment).join('');
}

function faultsOf(issue: SchemaIssue): Fault[] {
  const pointer = pointerOf(issue);
  if (issue.code !== 'unrecognized_keys') return [{ pointer, code: 'REQUEST_INVALID', detail: issue.message }];
  return (issue.keys ?? []).map((key) => ({
    pointer: `${pointer}${segment(key)}`,
    code: 'UNKNOWN_FIELD',
    detail: `there is no field "${key}" here`,
  }));
}

const maxFaults = 100;

/** Everything the schema found, as one error. */
export function invalidRequest(issues: readonly SchemaIssue[]): CocError {
  const faults = issues.flatMap(faultsOf).slice(0, maxFaults);
  const first = faults[0] ?? { pointer: '', code: 'REQUEST_INVALID' as const, detail: 'the request is not valid' };
  return new CocError(first.code, `${first.pointer === '' ? 'the body' : first.pointer}: ${first.detail}`, faults);
}
