import { PathPartError } from './client-error.js';
import { type Operations, operations } from './generated/operations.js';
import type { Question } from './exchange.js';

export type OperationId = keyof Operations;

/** What an operation is asked with: the parameters of its path, query and headers by their names, and `body`. */
export type Asked<Id extends OperationId> = Operations[Id]['ask'];
export type Answered<Id extends OperationId> = Operations[Id]['answer'];

/** Without a second argument where nothing must be given. */
export type AskedArguments<Id extends OperationId> = {} extends Asked<Id> ? [ask?: Asked<Id>] : [ask: Asked<Id>];

interface Place {
  readonly method: string;
  readonly path: string;
  readonly query: readonly string[];
  readonly headers: readonly string[];
}

type Asking = boolean | number | string;

/** The HTTP request of an operation. A value that is undefined is left out, each of a list is sent. */
export function questionOf(id: OperationId, ask: Readonly<Record<string, unknown>>): Question {
  const { method, path, query, headers }: Place = operations[id];
  const filled = path.replaceAll(/\{(\w+)\}/g, (_match, name: string) => pathPart(name, String(ask[name])));
  const search = new URLSearchParams(textOf(query, ask)).toString();
  return {
    method,
    path: search === '' ? filled : `${filled}?${search}`,
    body: ask['body'] as Question['body'],
    headers: Object.fromEntries(textOf(headers, ask).map(([name, value]) => [name.toLowerCase(), value])),
  };
}

/** `.` and `..` would be taken out of the path on its way, and another operation asked. */
function pathPart(name: string, value: string): string {
  if (!['', '.', '..'].includes(value)) return encodeURIComponent(value);
  throw new PathPartError(`${name} is ${JSON.stringify(value)}, which names nothing`);
}

function textOf(names: readonly string[], ask: Readonly<Record<string, unknown>>): [name: string, value: string][] {
  return names.flatMap((name) => {
    const value = ask[name] as Asking | readonly Asking[] | undefined;
    return value === undefined ? [] : [value].flat().map((each): [string, string] => [name, String(each)]);
  });
}
