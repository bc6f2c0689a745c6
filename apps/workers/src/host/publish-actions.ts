import { ActionRecord } from '#libs/contracts';
import type { ActionCatalog } from '#libs/state';
import { z } from 'zod';
import type { DeclaredAction } from './action.decorator.js';

/** The catalog's record of a declared action. Throws when a schema cannot be written as JSON Schema. */
export function recordOf({ name, options }: DeclaredAction): ActionRecord {
  const { input, output, ...rest } = options;
  return ActionRecord.parse({
    ...rest,
    name,
    input: z.toJSONSchema(input, { io: 'input' }),
    output: z.toJSONSchema(output, { io: 'output' }),
    claims: true,
  });
}

/** Makes the actions known, before any work is taken. Throws CocError ACTION_CONFLICT when a version has another content. */
export async function publishActions(catalog: ActionCatalog, actions: readonly DeclaredAction[]): Promise<void> {
  for (const action of actions) {
    // One after the other: the first conflict is named, and a boot publishes a handful.
    await catalog.publish(recordOf(action));
  }
}
