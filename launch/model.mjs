#!/usr/bin/env node
// `npm run model`: the model test of the scripts with a seed of its own; 2,000 runs, with `--long` 50,000. `--runs N` and `--seed N` set them.
import { randomInt } from 'node:crypto';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { runInstead } from './command.mjs';
import { ROOT } from './root.mjs';
import { explain, say } from './talk.mjs';

await explain(async () => {
  const { values } = parseArgs({
    options: { long: { type: 'boolean' }, runs: { type: 'string' }, seed: { type: 'string' } },
  });
  const runs = values.runs ?? (values.long ? '50000' : '2000');
  const seed = values.seed ?? String(randomInt(2 ** 30));
  say(`${runs} runs from seed ${seed}`);
  const env = { ...process.env, COC_MODEL_RUNS: runs, COC_MODEL_SEED: seed };
  const words = ['--selectProjects', 'scripts', '--testPathPatterns', 'model-.*-half'];
  return runInstead(process.execPath, [join(ROOT, 'launch', 'test.mjs'), ...words], { cwd: ROOT, env });
});
