import { describe, expect, it } from '@jest/globals';
import type { Json } from '#libs/contracts';
import { pointerOf } from './collect-texts.js';
import { inspectInput } from './inspect-input.js';

const placesOf = (action: string, input: Json) => {
  const { dangers, gitPush, force } = inspectInput(action, input);
  const found = [...dangers].map(([danger, place]) => `${danger} ${pointerOf(place)}`);
  return [
    ...found,
    ...(gitPush ? [`push ${pointerOf(gitPush)}`] : []),
    ...(force ? [`force ${pointerOf(force)}`] : []),
  ];
};

describe('the texts of an input', () => {
  it.each<[Json, string]>([
    ['rm -rf /', ''],
    [{ a: { b: [1, 'rm -rf /'] } }, '/a/b/1'],
    [{ 'a/b': { '~': 'rm -rf /' } }, '/a~1b/~0'],
    [{ 'rm -rf /': 1 }, '/rm -rf ~1'],
    [['rm', '-rf', '/'], ''],
    [{ argv: ['rm', '-rf', '/'] }, '/argv'],
    [['rm -rf', '/'], ''],
    [['nice', '-n', 5, 'rm', '-rf', '/'], ''],
    [['rm', '-rf', `it's`, '/'], ''],
    [['env', `A='`, 'rm', '-rf', '/'], ''],
    [{ command: 'rm', args: ['-rf', '/'] }, ''],
    [{ cmd: 'rm', flags: '-rf', path: '/' }, ''],
    [{ command: ['rm', '-rf'], args: ['/'] }, ''],
    [{ program: '$X', args: ['-rf', '/'] }, ''],
    [{ steps: [{ skill: 'bash', args: ['-c', 'rm -rf /'] }] }, '/steps/0'],
  ])('%j is found at %j', (input, pointer) => {
    expect(placesOf('demo.run', input)).toEqual([`recursive-delete ${pointer}`]);
  });

  it.each<[string, Json, string[]]>([
    ['git.push', {}, ['push ']],
    ['git.push', { args: ['origin', 'feature/x'] }, ['push ']],
    ['git.push', ['--force', 'origin', 'main'], ['main-overwrite ', 'push ', 'force ']],
    ['git.push', { force: true, branch: 'main' }, ['push ', 'force /force']],
    ['files.rm', ['-rf', '/'], ['recursive-delete ']],
    ['vm.reboot', {}, []],
    ['demo.run', { skill: 'git', args: ['push', 'origin', 'feature/x'] }, ['push ']],
    [
      'demo.run',
      { command: 'git', options: ['push'], args: ['-f', 'origin', 'main'] },
      ['main-overwrite ', 'push ', 'force '],
    ],
  ])('the action %s takes the place of a command: %j', (action, input, found) => {
    expect(placesOf(action, input)).toEqual(found);
  });

  it.each<[Json, boolean]>([
    [{ force: true }, true],
    [{ deep: [{ forcePush: 'yes' }] }, true],
    [{ '--force': 1 }, true],
    [{ force: false }, false],
    [{ force: 'no' }, false],
    [{ enforce: true }, false],
  ])('%j has a force member: %s', (input, isForced) => {
    expect(inspectInput('demo.run', input).force !== undefined).toBe(isForced);
  });

  it.each<Json>([
    { reboot: false, halt: 'no' },
    { command: 'rm', args: ['-rf', './build'], cwd: '/' },
    ['rm', '-rf', './build', 1],
    [['rm', '-rf'], '/'],
    [0.1, 0.2, 0.3],
    null,
  ])('%j is harmless', (input) => {
    expect(placesOf('demo.run', input)).toEqual([]);
  });

  it('are found at any depth', () => {
    let input: Json = 'rm -rf /';
    for (let depth = 0; depth < 50_000; depth += 1) input = [input];
    const [place] = inspectInput('demo.run', input).dangers.values();
    expect(pointerOf(place!)).toMatch(/^(\/0){60}…$/);
  });

  it('are looked at a fixed number of times, however they are nested', () => {
    const stepsOf = (count: number) => {
      const line = { command: 'git', args: Array.from({ length: count }, (_, index) => `word ${index}`) };
      return inspectInput('git.push', { lines: Array.from({ length: 10 }, () => line) }).steps;
    };
    expect(stepsOf(4_000) / stepsOf(1_000)).toBeLessThan(4.5);
  });
});
