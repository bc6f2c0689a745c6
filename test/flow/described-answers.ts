import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import type { Json } from '#libs/contracts';

interface Operation {
  responses: Record<string, { content?: Record<string, { schema: object }> }>;
}

interface Document {
  paths: Record<string, Record<string, Operation>>;
  components: object;
}

const document = JSON.parse(readFileSync(join(import.meta.dirname, '../../docs/openapi.json'), 'utf8')) as Document;
const ajv = new Ajv2020({ strict: false, validateFormats: false, validateSchema: false });
const validators = new Map<object, ValidateFunction>();
const routes = Object.entries(document.paths).map(([path, operations]) => ({
  pattern: new RegExp(`^${path.replaceAll('.', String.raw`\.`).replaceAll(/\{\w+\}/g, '[^/]+')}$`),
  // A name in a path stands for anything: what is spelt out goes first.
  names: path.split('{').length,
  operations,
}));

function operationOf(method: string, path: string): Operation | undefined {
  const [bare] = path.split('?', 1) as [string];
  const fitting = routes.filter(({ pattern }) => pattern.test(bare)).toSorted((a, b) => a.names - b.names);
  return fitting[0]?.operations[method.toLowerCase()];
}

function validatorOf(schema: object): ValidateFunction {
  const known = validators.get(schema) ?? ajv.compile({ ...schema, components: document.components });
  validators.set(schema, known);
  return known;
}

interface Answered {
  status: number;
  headers: Headers;
  json: Json;
}

/** Throws when docs/openapi.json does not say that this may be answered: the status, the type of the content, the content. */
export function assertDescribed(method: string, path: string, { status, headers, json }: Answered): void {
  const operation = operationOf(method, path);
  if (!operation) return;
  const place = `${method} ${path} answered ${status}`;
  const response = operation.responses[String(status)];
  if (!response) throw new Error(`${place}, which docs/openapi.json does not name`);
  const [type = ''] = (headers.get('content-type') ?? '').split(';');
  if (!response.content || method === 'HEAD') return;
  const described = response.content[type] ?? response.content['*/*'];
  if (!described) throw new Error(`${place} as "${type}", which docs/openapi.json does not name`);
  if (!type.endsWith('json') || '*/*' in response.content) return;
  const validate = validatorOf(described.schema);
  if (!validate(json))
    throw new Error(`${place} with another content than described: ${ajv.errorsText(validate.errors)}`);
}
