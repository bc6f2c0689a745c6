import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { parseOptions } from '../run/options.js';
import { everyBug } from './every-bug.js';
import { runNames, wordsOf } from './runs.js';
import { edited, sourceRoot } from './source-tree.js';

const root = sourceRoot();

describe('the planted bugs', () => {
  it.each(everyBug.map((bug) => [bug.name, bug] as const))(
    '%s still fits the sources, and changes them',
    (_, { edits }) => {
      for (const [file, own] of Map.groupBy(edits, (edit) => edit.file)) {
        const source = readFileSync(join(root, file), 'utf8');
        expect(edited(source, own)).not.toBe(source);
      }
    },
  );

  it('have a name and a file each', () => {
    const names = everyBug.map(({ name }) => name);
    expect(new Set(names).size).toBe(everyBug.length);
    for (const name of names) expect(existsSync(join(import.meta.dirname, 'bugs', `${name}.bug.ts`))).toBe(true);
  });

  it('run with words that the harness knows', () => {
    for (const name of runNames) expect(parseOptions(wordsOf(name)).seed).toBeGreaterThan(0);
  });

  it('refuse an edit that does not fit exactly once', () => {
    const edit = { file: 'a.lua', find: 'x', replace: 'y' };
    expect(() => edited('none here', [edit])).toThrow('0 times');
    expect(() => edited('x and x', [edit])).toThrow('2 times');
  });
});
