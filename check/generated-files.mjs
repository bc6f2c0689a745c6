import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT, read } from './sources.mjs';

/** The files that are made from code, as they stand and as the code would write them now. */
export async function checkGeneratedFiles() {
  // Not at the top: the other checks need neither the sources nor what it takes to load them.
  const { GENERATED } = await import('./generated.mjs');
  const findings = [];
  for (const { path, make } of GENERATED) {
    const stored = existsSync(join(ROOT, path)) ? read(path) : null;
    if (stored !== (await make())) findings.push(`${path}: is stale, run npm run generate`);
  }
  return { findings, notes: [`${GENERATED.length} generated files`] };
}
