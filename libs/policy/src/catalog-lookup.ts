import type { ActionRecord, Json } from '#libs/contracts';
import type { SchemaFault, SchemaValidator } from './schema-validator.js';

/** The catalog as the rooms see it at one moment. `names` serves the hint of a misspelt action. */
export interface CatalogLookup {
  get(action: string): ActionRecord | undefined;
  names(): Iterable<string>;
  validateInput(action: ActionRecord, input: Json): SchemaFault[];
}

/** A lookup over loaded records. Share one validator: it keeps the compiled schemas. */
export function catalogLookup(actions: Iterable<ActionRecord>, validator: SchemaValidator): CatalogLookup {
  const byName = new Map(Array.from(actions, (action) => [action.name, action]));
  return {
    get: (action) => byName.get(action),
    names: () => byName.keys(),
    validateInput: (action, input) => validator.validate(action.input, input),
  };
}
