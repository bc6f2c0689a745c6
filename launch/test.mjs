#!/usr/bin/env node
// `npm test`: Jest over every project but `slow`; with `--all` first, over that too. Other arguments go to Jest.
import { mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { ensureBuilt } from './build.mjs';
import { runInstead } from './command.mjs';
import { ensureInstalled } from './install.mjs';
import { findNode24 } from './node.mjs';
import { ensureRedisBinary } from './redis-binary.mjs';
import { ROOT } from './root.mjs';
import { explain, say } from './talk.mjs';

const PROJECTS = ['unit', 'scripts', 'flow', 'e2e'];
/** The slow suites start a dozen processes each: one beside the crash points is what two cores bear. */
const SLOW_WORKERS = '--maxWorkers=2';
const NODE_OPTIONS = ['--experimental-vm-modules', '--disable-warning=ExperimentalWarning'];
// Named by process, because two runs in one tree must not read each other's result.
const RESULT = join(ROOT, 'out', `jest.${process.pid}.json`);

/** What the caller says comes first: a word after --selectProjects would be taken as one more project. */
function jestArguments(words) {
  const isAll = words[0] === '--all';
  const given = isAll ? words.slice(1) : words;
  const projects = given.some((it) => it.startsWith('--selectProjects'))
    ? []
    : ['--selectProjects', ...PROJECTS, ...(isAll ? ['slow'] : [])];
  const workers = isAll && !given.some((it) => /^(-w|--maxWorkers)/.test(it)) ? [SLOW_WORKERS] : [];
  return [...given, ...workers, '--passWithNoTests', '--json', `--outputFile=${RESULT}`, ...projects];
}

function readResult() {
  try {
    return JSON.parse(readFileSync(RESULT, 'utf8'));
  } catch {
    return null;
  } finally {
    rmSync(RESULT, { force: true });
  }
}

/** A file that did not even load counts as one failure. Returns the exit code. */
function report(code) {
  const result = readResult();
  if (!result) {
    say('Jest left no result.');
    return code || 1;
  }
  const failed = result.numFailedTests + result.numRuntimeErrorTestSuites;
  process.stdout.write(`${result.numPassedTests} passed, ${failed} failed\n`);
  return code || (result.numPassedTests + failed === 0 ? 1 : 0);
}

await explain(async () => {
  await ensureInstalled();
  const node = await findNode24();
  await ensureBuilt(node);
  const env = { ...process.env, COC_REDIS_SERVER: await ensureRedisBinary() };
  mkdirSync(join(ROOT, 'out'), { recursive: true });
  const jest = join(ROOT, 'node_modules', 'jest', 'bin', 'jest.js');
  const args = [...NODE_OPTIONS, jest, ...jestArguments(process.argv.slice(2))];
  return report(await runInstead(node, args, { cwd: ROOT, env }));
});
