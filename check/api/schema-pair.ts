/** As far as it is compared; a JSON Schema may hold more. */
export interface JsonSchema {
  $ref?: string;
  type?: string | string[];
  const?: unknown;
  enum?: unknown[];
  anyOf?: JsonSchema[];
  oneOf?: JsonSchema[];
  properties?: Record<string, JsonSchema>;
  required?: string[];
  additionalProperties?: boolean | JsonSchema;
  items?: JsonSchema;
  pattern?: string;
  [limit: string]: unknown;
}

/** Who reads: of a request the server, which must still take what it took; of a response the client, who must still find what it found. */
export type Side = 'request' | 'response';

export interface Lookup {
  before: (name: string) => JsonSchema;
  after: (name: string) => JsonSchema;
}

export interface SchemaPair {
  side: Side;
  lookup: Lookup;
  /** JSON pointer into the body; `*` is every element. */
  path: string;
  before: JsonSchema;
  after: JsonSchema;
  /** Pairs of references on the way here, because schemas may be recursive. */
  seen: ReadonlySet<string>;
}

export interface SchemaBreak {
  path: string;
  reason: string;
}
