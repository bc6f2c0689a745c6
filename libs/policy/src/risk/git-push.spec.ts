import { describe, expect, it } from '@jest/globals';
import { readGitPush } from './git-push.js';

const read = (line: string) => readGitPush(line.split(' ').map((text) => ({ text, quoted: false, fetched: false })));

describe('readGitPush', () => {
  it.each<[string, boolean, boolean]>([
    ['push', false, false],
    ['push origin main', false, false],
    ['push -f', true, false],
    ['push --force origin feature', true, false],
    ['push --force origin main', true, true],
    ['push --force origin src:refs/heads/master', true, true],
    ['push origin +a:heads/main', true, true],
    ['push --force-if-includes --force-with-lease origin main', true, true],
    ['push --force origin main:feature', true, false],
    ['push --delete origin main', false, true],
    ['push --delete origin feature', false, false],
    ['push origin :main', false, true],
    ['push --mirror', false, true],
    ['push --all', false, false],
    ['push --all --force', true, true],
    ['push -f origin refs/heads/*:refs/heads/*', true, true],
    ['push --follow-tags origin main', false, false],
    ['-C dir -c a=b --git-dir x push -f origin main', true, true],
  ])('reads git %s: forced %s, hits main %s', (line, isForced, hitsMain) => {
    expect(read(line)).toEqual({ isForced, hitsMain });
  });

  it.each(['status', 'stash push -f main', 'log push', '--version', '-C push'])('reads nothing in git %s', (line) => {
    expect(read(line)).toBeUndefined();
  });
});
