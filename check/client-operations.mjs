const MADE_BY = 'Made by `npm run generate` from docs/openapi.json: change the contracts, not this file.';

const word = (name) => (/^[A-Za-z_$][\w$]*$/.test(name) ? name : `'${name.replaceAll("'", "\\'")}'`);
const literal = (value) => (typeof value === 'string' ? `'${value.replaceAll(/['\\]/g, '\\$&')}'` : String(value));
const indented = (text) => text.replaceAll('\n', '\n  ');
const block = (lines) => (lines.length === 0 ? '{}' : `{\n  ${lines.map(indented).join('\n  ')}\n}`);
const union = (types) => [...new Set(types)].join(' | ');

/** The TypeScript type of a JSON Schema; what it says beyond types (limits, patterns) is the server's to check. */
function typeOf(schema) {
  if (schema.$ref) return `Schemas['${schema.$ref.split('/').at(-1)}']`;
  if ('const' in schema) return literal(schema.const);
  if (schema.enum) return union(schema.enum.map(literal));
  const choices = schema.anyOf ?? schema.oneOf;
  if (choices) return union(choices.map(typeOf));
  if (schema.allOf) return schema.allOf.map((part) => `(${typeOf(part)})`).join(' & ');
  if (Array.isArray(schema.type)) return union(schema.type.map((type) => typeOf({ ...schema, type })));
  return plainType(schema);
}

function plainType(schema) {
  switch (schema.type) {
    case 'object':
      return objectType(schema);
    case 'array':
      return schema.items ? `(${typeOf(schema.items)})[]` : 'Json[]';
    case 'integer':
    case 'number':
      return 'number';
    case 'string':
    case 'boolean':
    case 'null':
      return schema.type;
    default:
      return 'Json';
  }
}

function objectType({ properties = {}, required = [], additionalProperties, propertyNames }) {
  const fields = Object.entries(properties).map(([name, schema]) => {
    const isNeeded = required.includes(name);
    return `${word(name)}${isNeeded ? '' : '?'}: ${typeOf(schema)}${isNeeded ? '' : ' | undefined'};`;
  });
  const isOpen = additionalProperties !== undefined && additionalProperties !== false;
  if (!isOpen) return block(fields);
  const isAny = additionalProperties === true || Object.keys(additionalProperties).length === 0;
  const rest = isAny ? 'Json' : typeOf(additionalProperties);
  const isPartial = propertyNames?.enum !== undefined && required.length === 0;
  const record = isPartial ? `Partial<Record<${typeOf(propertyNames)}, ${rest}>>` : `Record<string, ${rest}>`;
  return fields.length === 0 ? record : `${block(fields)} & ${record}`;
}

function answerType(responses) {
  const types = Object.entries(responses)
    .filter(([status]) => status.startsWith('2'))
    .map(([, { content }]) => (content ? contentType(content) : 'undefined'));
  return union(types.length === 0 ? ['undefined'] : types);
}

/** What is no JSON (an event stream, a file) comes as text here; `streamEvents` reads streams. */
const contentType = (content) => (content['application/json'] ? typeOf(content['application/json'].schema) : 'string');

const placed = (parameters, place) => parameters.filter((parameter) => parameter.in === place).map(({ name }) => name);

/** Every operation of a document, with the parameters of its path among its own. */
function operationsOf(document) {
  return Object.entries(document.paths).flatMap(([path, { parameters: shared = [], ...methods }]) =>
    Object.entries(methods).map(([method, { parameters = [], ...operation }]) => {
      return { ...operation, path, method: method.toUpperCase(), parameters: [...shared, ...parameters] };
    }),
  );
}

function operationType({ operationId, parameters, requestBody, responses }) {
  const fields = parameters.map(({ name, required, schema }) => {
    return required ? `${word(name)}: ${typeOf(schema)};` : `${word(name)}?: ${typeOf(schema)} | undefined;`;
  });
  if (requestBody) fields.push(`body${requestBody.required ? '' : '?'}: ${contentType(requestBody.content)};`);
  return `${operationId}: ${block([`ask: ${block(fields)};`, `answer: ${answerType(responses)};`])};`;
}

function operationRow({ operationId, method, path, parameters }) {
  const list = (place) => `[${placed(parameters, place).map(literal).join(', ')}]`;
  return `${operationId}: { method: '${method}', path: '${path}', query: ${list('query')}, headers: ${list('header')} },`;
}

/** The types and the table of all operations that an OpenAPI document describes, as the text of a TypeScript file. */
export function makeClientOperations(document) {
  const operations = operationsOf(document);
  const schemas = Object.entries(document.components.schemas).map(([name, schema]) => `${name}: ${typeOf(schema)};`);
  return [
    `// ${MADE_BY}`,
    '',
    'export type Json = null | boolean | number | string | Json[] | { [key: string]: Json };',
    '',
    `export interface Schemas ${block(schemas)}`,
    '',
    '/** By operation: what is asked with (parameters and body), and what a good answer is. */',
    `export interface Operations ${block(operations.map(operationType))}`,
    '',
    '/** By operation: where its parameters go. */',
    `export const operations = ${block(operations.map(operationRow))} as const;`,
    '',
  ].join('\n');
}
