// Takes out of an image's node_modules and dist what no service loads. Run in /app of the build stage only.
import { lstatSync, readdirSync, rmSync } from 'node:fs';
import { basename, join } from 'node:path';

// Node itself is in the base image; a compiler is an optional peer of @nestjs/swagger and does nothing at run time.
const PACKAGES = /^node_modules\/(node-linux-[^/]+|typescript|\.cache)$/;
// Of ours only for tests and measurements.
const PARTS = /^dist\/(bench|chaos|libs\/testing)$/;
const FILES = /(\.map|\.d\.[cm]?ts|\.ts|\.tsbuildinfo|\.markdown|\.flow|(?<!licen[sc]e|notice)\.md)$/i;

const isUseless = (path) => PACKAGES.test(path) || PARTS.test(path) || FILES.test(basename(path));

function prune(path) {
  if (isUseless(path)) rmSync(path, { recursive: true });
  else if (lstatSync(path).isDirectory()) for (const entry of readdirSync(path)) prune(join(path, entry));
}

for (const folder of ['node_modules', 'dist']) prune(folder);
