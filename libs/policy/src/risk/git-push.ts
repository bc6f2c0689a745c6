import { hasFlagLetter } from './flag-letters.js';
import type { Word } from './shell-command.js';

export interface GitPush {
  readonly isForced: boolean;
  /** It rewrites or deletes main or master, or everything. */
  readonly hitsMain: boolean;
}

const optionsWithValue = new Set([
  '-C',
  '-c',
  '--git-dir',
  '--work-tree',
  '--namespace',
  '--exec-path',
  '--config-env',
]);
/** `refs/heads/*` holds both. */
const mainBranches = new Set(['main', 'master', '*']);
/** Git takes a long option by any beginning that is its alone. */
const shortestLength = 4;

export function subcommandOf(args: readonly Word[]): { name: string; rest: readonly Word[] } | undefined {
  for (let at = 0; at < args.length; at += 1) {
    const { text } = args[at]!;
    if (!text.startsWith('-')) return { name: text.toLowerCase(), rest: args.slice(at + 1) };
    if (optionsWithValue.has(text)) at += 1;
  }
  return undefined;
}

/** What a `git push` does, by the words after `git`; undefined for any other git command. */
export function readGitPush(args: readonly Word[]): GitPush | undefined {
  const subcommand = subcommandOf(args);
  if (subcommand?.name !== 'push') return undefined;
  const { rest } = subcommand;
  const isForced = rest.some(({ text }) => isForceFlag(text) || /^\+./.test(text));
  const deletes = rest.some(({ text }) => hasFlagLetter(text, 'd') || isLong(text, '--delete'));
  const replaces = isForced || deletes || rest.some(({ text }) => text.startsWith(':'));
  const isWhole = rest.some(
    ({ text }) => isLong(text, '--mirror') || (isForced && (text === '--all' || text === '--branches')),
  );
  return { isForced, hitsMain: isWhole || (replaces && rest.some(({ text }) => isMainBranch(text))) };
}

function isForceFlag(text: string): boolean {
  return (
    hasFlagLetter(text, 'f') || isLong(text.split('=', 1)[0]!, '--force-with-lease') || text === '--force-if-includes'
  );
}

function isLong(text: string, option: string): boolean {
  return text.length >= shortestLength && option.startsWith(text);
}

function isMainBranch(refspec: string): boolean {
  const target = refspec.slice(refspec.lastIndexOf(':') + 1).replace(/^\+/, '');
  return mainBranches.has(target.toLowerCase().replace(/^(?:refs\/)?heads\//, ''));
}
