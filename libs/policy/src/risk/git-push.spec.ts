import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
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

describe('a git push', () => {
  const flags = [
    '-f',
    '--force',
    '--force-with-lease',
    '--force-with-lease=main:abc',
    '-u',
    '--tags',
    '--delete',
    '-d',
  ];
  const ofMain = ['main', '+main', ':master', 'a:refs/heads/main', 'heads/master', '*'];
  const refspecs = ['origin', 'feature', 'main:feature', ...ofMain];
  const words = fc.array(fc.constantFrom(...flags, ...refspecs), { maxLength: 6 });
  const options = fc.subarray(['-C dir', '-c a=push', '--git-dir x', '--no-pager', '-p']);

  it('is the same in any order of its words, and behind any options of git', () => {
    const orders = words.chain((given) =>
      fc.tuple(fc.constant(given), fc.shuffledSubarray(given, { minLength: given.length }), options),
    );
    fc.assert(
      fc.property(orders, ([given, shuffled, before]) => {
        const push = read(['push', ...given].join(' '));
        expect(read([...before, 'push', ...shuffled].join(' '))).toEqual(push);
        expect(push).toBeDefined();
      }),
    );
  });

  it('is no less dangerous for a word more', () => {
    fc.assert(
      fc.property(words, words, (given, more) => {
        const push = read(['push', ...given].join(' '))!;
        const longer = read(['push', ...given, ...more].join(' '))!;
        expect(longer.isForced || !push.isForced).toBe(true);
        expect(longer.hitsMain || !push.hitsMain).toBe(true);
      }),
    );
  });

  it('is forced by a flag or a plus, hits main by that or by deleting it, and neither by anything else', () => {
    const isForce = (word: string) => word === '-f' || word.startsWith('--force') || word.startsWith('+');
    fc.assert(
      fc.property(words, (given) => {
        const { isForced, hitsMain } = read(['push', ...given].join(' '))!;
        expect(isForced).toBe(given.some(isForce));
        const replaces = isForced || given.some((word) => ['-d', '--delete', ':master'].includes(word));
        expect(hitsMain).toBe(replaces && given.some((word) => ofMain.includes(word)));
      }),
    );
  });
});
