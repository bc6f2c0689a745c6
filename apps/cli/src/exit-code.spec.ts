import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from '@jest/globals';
import { exitCode } from './exit-code.js';
import { projectRoot } from './project-root.js';

it('every exit code, and none other, is in docs/cli.md', () => {
  const [, chapter = ''] = readFileSync(join(projectRoot(), 'docs/cli.md'), 'utf8').split('## Exit codes');
  const documented = [...chapter.split('\n## ')[0]!.matchAll(/^\| (\d+) \|/gm)].map(([, code]) => Number(code));
  expect(documented).toEqual(Object.values(exitCode));
});
