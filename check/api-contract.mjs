import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { ROOT, read } from './sources.mjs';
import { importTypeScript } from './typescript-sources.mjs';

const DOCUMENT = 'docs/openapi.json';
/** Breaks that were decided on: the finding, word for word, and why. */
const ACCEPTED = 'check/api/accepted-breaks.json';

/** What git says; null when it says no, or there is no git. */
async function git(...args) {
  try {
    const { stdout } = await promisify(execFile)('git', args, { cwd: ROOT, maxBuffer: 64 * 1024 * 1024 });
    return stdout.trim();
  } catch {
    return null;
  }
}

/** Where this branch left main; on main itself the commit before, and the last one. */
async function baseCommits() {
  const head = await git('rev-parse', 'HEAD');
  const main =
    (await git('rev-parse', '--verify', '-q', 'origin/main')) ?? (await git('rev-parse', '--verify', '-q', 'main'));
  const base = main && (await git('merge-base', 'HEAD', main));
  if (base && base !== head) return [base];
  return [await git('rev-parse', '--verify', '-q', 'HEAD^'), head].filter(Boolean);
}

async function storedAt(commit) {
  const text = await git('show', `${commit}:${DOCUMENT}`);
  return text === null ? [] : [{ commit, document: JSON.parse(text) }];
}

/** The API's document against the one that others have built on already. */
export async function checkApiContract() {
  importTypeScript();
  const { findBreaks } = await import('./api/find-breaks.js');
  const bases = (await Promise.all((await baseCommits()).map(storedAt))).flat();
  const accepted = JSON.parse(read(ACCEPTED));
  const now = JSON.parse(read(DOCUMENT));
  const breaks = new Set(bases.flatMap(({ document }) => findBreaks(document, now)));
  const findings = [...breaks].filter((finding) => !(finding in accepted));
  const names = bases.map(({ commit }) => commit.slice(0, 8));
  return {
    findings: findings.map((finding) => `${finding}: clients break on that; add instead, or enter it in ${ACCEPTED}`),
    notes: [names.length === 0 ? 'no commit to compare with' : `compared with ${names.join(' and ')}`],
  };
}
