import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import type { Json } from '#libs/contracts';
import { readPointer } from '../json-pointer.js';
import { collectTexts, pointerOf } from './collect-texts.js';
import { foldUnicode } from './fold-unicode.js';
import { inspectInput } from './inspect-input.js';
import { WorkMeter } from './work-meter.js';

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

describe('any input', () => {
  const text = fc.oneof(fc.string({ maxLength: 8 }), fc.constantFrom('rm -rf /', 'git', 'ｒm', 'a/b', '~'));
  const { input: inputs } = fc.letrec<{ input: Json }>((tie) => ({
    input: fc.oneof(
      { maxDepth: 4 },
      text,
      fc.constantFrom<Json>(null, true, 1),
      fc.array(tie('input'), { maxLength: 4 }),
      fc.dictionary(fc.oneof(text, fc.constantFrom('command', 'args', 'force')), tie('input'), { maxKeys: 4 }),
    ),
  }));
  const textsAt = (input: Json, pointer: string): string[] => {
    if (typeof input === 'string') return [`${pointer} ${foldUnicode(input)}`];
    if (typeof input !== 'object' || input === null) return [];
    return Object.entries(input).flatMap(([key, child]) =>
      textsAt(child, `${pointer}/${key.replaceAll('~', '~0').replaceAll('/', '~1')}`),
    );
  };

  it('gives each of its texts at its place, and only places that it has', () => {
    fc.assert(
      fc.property(inputs, (input) => {
        const found = [...collectTexts('demo.run', input, new WorkMeter())];
        const texts = found.flatMap((one) => (one.kind === 'text' ? [`${pointerOf(one.place)} ${one.text}`] : []));
        expect(texts).toEqual(expect.arrayContaining(textsAt(input, '')));
        for (const { place } of found) expect(readPointer(input, pointerOf(place))).toBeDefined();
      }),
    );
  });

  it('has what a part of it has, wherever that stands', () => {
    fc.assert(
      fc.property(inputs, fc.constantFrom('steps', 'a/b', 'args'), fc.boolean(), (part, key, isListed) => {
        const whole: Json = isListed ? [0, part] : { [key]: part };
        const [within, alone] = [inspectInput('demo.run', whole), inspectInput('demo.run', part)];
        expect([...within.dangers.keys()]).toEqual(expect.arrayContaining([...alone.dangers.keys()]));
        expect(alone.gitPush === undefined || within.gitPush !== undefined).toBe(true);
        expect(alone.force === undefined || within.force !== undefined).toBe(true);
      }),
    );
  });
});
