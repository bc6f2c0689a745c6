import { read } from './sources.mjs';

// A file that is made from code goes here: { path, make } with make() returning the text it must hold, for example
// the OpenAPI document, .env.example or the table of settings. `npm run check` fails when the stored file is stale.
const GENERATED = [];

export async function checkGeneratedFiles() {
  const stale = [];
  for (const { path, make } of GENERATED) {
    if (read(path) !== (await make())) stale.push(`${path}: is stale, write it anew`);
  }
  return { findings: stale, notes: [`${GENERATED.length} generated files`] };
}
