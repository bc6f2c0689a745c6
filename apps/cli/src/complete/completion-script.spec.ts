import { execFileSync } from 'node:child_process';
import { describe, expect, it } from '@jest/globals';
import { Command } from 'commander';
import { completionScript } from './completion-script.js';

const program = new Command('coc').option('--url <url>');
program.command('run').option('--wait');
program.command('task').command('retry').option('--comment <text>');
const script = completionScript(program, 'bash');

/** What bash offers for the words that are typed, the last of them unfinished. */
function offered(...words: string[]): string[] {
  const typed = `COMP_WORDS=(${words.map((word) => `'${word}'`).join(' ')}); COMP_CWORD=${words.length - 1}; _coc`;
  const text = execFileSync('bash', ['-c', `${script}\n${typed}; printf '%s\\n' "\${COMPREPLY[@]}"`], { cwd: '/' });
  return text.toString().split('\n').filter(Boolean);
}

describe('bash completes', () => {
  it.each([
    [['coc', 'r'], ['run']],
    [['coc', 't'], ['task']],
    [
      ['coc', 'task', ''],
      ['retry', '--help', '--url'],
    ],
    [['coc', 'task', 'retry', '--c'], ['--comment']],
    [['coc', 'run', 'plan.yaml', '--w'], ['--wait']],
    [['coc', 'run', '--u'], ['--url']],
    [['coc', 'status', '@'], ['@last']],
  ])('%j', (words, expected) => {
    expect(offered(...words).toSorted()).toEqual(expected.toSorted());
  });
});

describe('other shells', () => {
  it('get what they understand', () => {
    expect(completionScript(program, 'zsh')).toContain('bashcompinit');
    const fish = completionScript(program, 'fish');
    expect(fish).toContain("complete -c coc -n '__coc_is_at task' -a retry\n");
    expect(fish).toContain("complete -c coc -n '__coc_is_at task retry' -l comment\n");
  });
});
