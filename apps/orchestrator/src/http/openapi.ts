import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { DocumentBuilder, SwaggerModule, type OpenAPIObject } from '@nestjs/swagger';
import { z } from 'zod';
import { Fault, Problem } from '#libs/contracts';

type Schemas = NonNullable<NonNullable<OpenAPIObject['components']>['schemas']>;

/** zod's name for the one recursive schema without an id, which is any JSON value. */
const nameless = '__schema0';

/** OpenAPI 3.1 is JSON Schema 2020-12; Nest's own conversion is for 3.0, where `exclusiveMinimum` is a flag. */
function describeSchema(
  schema: unknown,
  { schemaType }: { schemaType: 'input' | 'output' },
): { schema: object; components: Record<string, object> } {
  const converted = z.toJSONSchema(schema as z.ZodType, { io: schemaType });
  const {
    $schema: _,
    $defs = {},
    ...described
  } = JSON.parse(JSON.stringify(converted).replaceAll(nameless, 'Json')) as typeof converted;
  return { schema: described, components: $defs };
}

/** Swagger describes a body as application/json only, so what comes as application/problem+json is added by hand. */
function problemSchemas(): Schemas {
  const registry = z.registry<{ id: string }>();
  registry.add(Problem, { id: 'Problem' });
  registry.add(Fault, { id: 'Fault' });
  const { schemas } = z.toJSONSchema(registry, { io: 'input', uri: (id) => `#/components/schemas/${id}` });
  return Object.fromEntries(
    Object.entries(schemas).map(([id, { $id: _, $schema: __, ...schema }]) => [id, schema]),
  ) as Schemas;
}

interface Described {
  summary?: string;
  responses?: Record<string, { description?: string }>;
}

/** An answer that nobody described is what its operation promises. */
function describeAnswers(paths: OpenAPIObject['paths']): void {
  for (const operation of Object.values(paths).flatMap((item) => Object.values(item) as Described[])) {
    for (const response of Object.values(operation.responses ?? {})) response.description ||= operation.summary ?? '';
  }
}

interface Bodied {
  requestBody?: { required?: boolean; content: Record<string, { schema?: { $ref?: string } }> };
}

/** A body that has a default may be left out. Nest says of every body that it is required. */
function relaxBodies({ paths, components }: OpenAPIObject): void {
  for (const { requestBody } of Object.values(paths).flatMap((item) => Object.values(item) as Bodied[])) {
    const name = requestBody?.content['application/json']?.schema?.$ref?.split('/').at(-1);
    const schema = name === undefined ? undefined : components?.schemas?.[name];
    if (requestBody && schema && 'default' in schema) requestBody.required = false;
  }
}

/** The API's description, from the same zod schemas that check its requests. */
export function describeApi(app: NestFastifyApplication): OpenAPIObject {
  const config = new DocumentBuilder()
    .setTitle('Chain of Command')
    .setDescription('Directives in, plans decided, tasks released under assignments, every step explained.')
    .setVersion('1')
    .setOpenAPIVersion('3.1.0')
    .addBearerAuth({
      type: 'http',
      scheme: 'bearer',
      description: 'an API key, a token of a known issuer, or the key of the owner',
    })
    .build();
  const document = SwaggerModule.createDocument(app, config, { standardSchemaConverter: describeSchema });
  document.components = {
    ...document.components,
    schemas: { ...document.components?.schemas, ...problemSchemas() },
  };
  describeAnswers(document.paths);
  relaxBodies(document);
  return document;
}

export function serveDocs(app: NestFastifyApplication): void {
  SwaggerModule.setup('docs', app, () => describeApi(app), { jsonDocumentUrl: 'docs-json' });
}
