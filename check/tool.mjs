import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from './sources.mjs';

/** The folders that hold code, as far as they exist. */
export const codeFolders = () =>
  ['apps', 'libs', 'embedded', 'sdk', 'test', 'bench', 'chaos', 'check', 'launch'].filter((name) =>
    existsSync(join(ROOT, name)),
  );

function finish(script, args) {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [join(ROOT, 'node_modules', script), ...args], { cwd: ROOT });
    let output = '';
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', (text) => (output += text));
    }
    child.on('error', reject);
    child.on('close', (code, signal) => resolve({ passed: code === 0, output, end: signal ?? `code ${code}` }));
  });
}

/** Runs an installed tool with this Node; its whole output is the finding when it does not exit with 0. */
export async function runTool(script, args) {
  const { passed, output, end } = await finish(script, args);
  if (passed) return { findings: [] };
  return { findings: [output.trim() || `${script} ended with ${end} and said nothing`] };
}
