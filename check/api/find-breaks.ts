import { findSchemaBreaks } from './find-schema-breaks.js';
import type { JsonSchema, Lookup, Side } from './schema-pair.js';

interface Parameter {
  name: string;
  in: string;
  required?: boolean;
  schema?: JsonSchema;
}

type Content = Record<string, { schema?: JsonSchema }>;

interface Operation {
  operationId?: string;
  parameters?: Parameter[];
  requestBody?: { required?: boolean; content: Content };
  responses: Record<string, { content?: Content }>;
}

export interface ApiDocument {
  paths: Record<string, Record<string, Operation>>;
  components?: { schemas?: Record<string, JsonSchema> };
}

interface Pair<T> {
  where: string;
  before: T;
  after: T;
  lookup: Lookup;
}

/** What a client of the API as it was would stumble over in the API as it is, one sentence each. What was only added is none. */
export function findBreaks(before: ApiDocument, after: ApiDocument): string[] {
  const lookup = {
    before: (name: string) => before.components?.schemas?.[name] ?? {},
    after: (name: string) => after.components?.schemas?.[name] ?? {},
  };
  const findings = Object.entries(before.paths).flatMap(([path, methods]) =>
    Object.entries(methods).flatMap(([method, operation]) => {
      const where = `${method.toUpperCase()} ${path}`;
      const now = after.paths[path]?.[method];
      if (!now) return [`${where}: is gone`];
      return operationBreaks({ where, before: operation, after: now, lookup });
    }),
  );
  return [...new Set(findings)];
}

function operationBreaks(pair: Pair<Operation>): string[] {
  const { where, before, after } = pair;
  const isRenamed = before.operationId !== after.operationId;
  return [
    ...(isRenamed ? [`${where}: its operationId was ${before.operationId} and is ${after.operationId}`] : []),
    ...parameterBreaks(pair),
    ...bodyBreaks(pair),
    ...answerBreaks(pair),
  ];
}

const keyOf = (parameter: Parameter): string => `${parameter.in} parameter ${parameter.name}`;

function parameterBreaks({ where, before, after, lookup }: Pair<Operation>): string[] {
  const earlier = new Map((before.parameters ?? []).map((each) => [keyOf(each), each]));
  const later = new Map((after.parameters ?? []).map((each) => [keyOf(each), each]));
  const gone = [...earlier.keys()].filter((key) => !later.has(key)).map((key) => `${where}: the ${key} is gone`);
  const demanded = [...later]
    .filter(([key, parameter]) => parameter.required && !earlier.get(key)?.required)
    .map(([key]) => `${where}: the ${key} is required now`);
  const narrowed = [...earlier].flatMap(([key, { schema = {} }]) => {
    const now = later.get(key);
    return now
      ? schemaBreaks('request', { where: `${where}: ${key}`, before: schema, after: now.schema ?? {}, lookup })
      : [];
  });
  return [...gone, ...demanded, ...narrowed];
}

function bodyBreaks({ where, before, after, lookup }: Pair<Operation>): string[] {
  const place = `${where}: the body`;
  if (!after.requestBody) return before.requestBody ? [`${place} is gone`] : [];
  const isDemanded = after.requestBody.required && !before.requestBody?.required;
  const demanded = isDemanded ? [`${place} is required now`] : [];
  if (!before.requestBody) return demanded;
  const pair = { where: place, before: before.requestBody.content, after: after.requestBody.content, lookup };
  return [...demanded, ...contentBreaks('request', pair)];
}

/** A refusal that does not come any more breaks nobody. */
function answerBreaks({ where, before, after, lookup }: Pair<Operation>): string[] {
  return Object.entries(before.responses)
    .filter(([status]) => status.startsWith('2'))
    .flatMap(([status, { content = {} }]) => {
      const place = `${where}: the answer ${status}`;
      const now = after.responses[status];
      if (!now) return [`${place} is gone`];
      return contentBreaks('response', { where: place, before: content, after: now.content ?? {}, lookup });
    });
}

function contentBreaks(side: Side, { where, before, after, lookup }: Pair<Content>): string[] {
  return Object.entries(before).flatMap(([type, { schema = {} }]) => {
    const now = after[type];
    if (!now) return [`${where} is no longer ${type}`];
    return schemaBreaks(side, { where, before: schema, after: now.schema ?? {}, lookup });
  });
}

function schemaBreaks(side: Side, { where, before, after, lookup }: Pair<JsonSchema>): string[] {
  return findSchemaBreaks({ side, lookup, path: '', before, after, seen: new Set() }).map(
    ({ path, reason }) => `${where}${path === '' ? '' : ` ${path}`}: ${reason}`,
  );
}
