import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { GENERATED } from './generated.mjs';
import { ROOT } from './sources.mjs';

for (const { path, make } of GENERATED) {
  writeFileSync(join(ROOT, path), await make());
  console.log(path);
}
