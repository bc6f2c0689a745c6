import { Readable } from 'node:stream';
import { describe, expect, it } from '@jest/globals';
import type { Cli } from '../cli.js';
import { parseDocument, readDocument } from './document.js';

const stream = { write: () => true };

function cliWithStdin(text: string): Cli {
  const env = {
    url: undefined,
    apiKey: undefined,
    dataDir: undefined,
    traceDir: undefined,
    color: false,
    stateDir: '/nowhere',
    canMoveCursor: false,
  };
  const interrupt = new AbortController().signal;
  return {
    env,
    stdin: Readable.from([Buffer.from(text)]),
    stdout: stream,
    stderr: stream,
    interrupt,
    exitCode: 0,
  };
}

describe('a document', () => {
  it.each([
    ['plan.json', '{"tasks": []}'],
    ['plan.yaml', 'tasks: []'],
    ['plan.yml', '{tasks: []}'],
    ['stdin', ' {"tasks": []}'],
    ['stdin', 'tasks: []'],
    ['plan', '\ufefftasks: []\n'],
    ['PLAN.JSON', '{"tasks": []}'],
  ])('is read by the extension of %s, else by its content', async (name, text) => {
    expect(await parseDocument(name, text)).toEqual({ tasks: [] });
  });

  it.each([
    ['plan.json', '{\n  "a": 1,\n}', 'plan.json:3:1: not valid JSON'],
    ['stdin', '{"a": nope}', 'stdin:1:7: not valid JSON'],
    ['plan.yaml', 'a: 1\nb: [1, 2\nc: 3\n', 'plan.yaml:3:1: not valid YAML'],
    ['plan.yaml', 'a: 1\na: 2\n', 'plan.yaml:2:1: not valid YAML: Map keys must be unique'],
    ['plan.yaml', 'a: *nobody\n', 'plan.yaml: Unresolved alias'],
    ['plan.yaml', '---\na: 1\n---\nb: 2\n', 'plan.yaml:3:1: not valid YAML'],
    ['plan.yaml', ' \n', 'plan.yaml is empty'],
  ])('that is wrong in %s is refused with exit code 2 and its line', async (name, text, message) => {
    const refusal = expect.objectContaining({ exitCode: 2, message: expect.stringContaining(message) });
    await expect(parseDocument(name, text)).rejects.toEqual(refusal);
  });

  it('comes from stdin for "-"', async () => {
    expect(await readDocument(cliWithStdin('title: "é"'), '-')).toEqual({ title: 'é' });
  });

  it.each([
    ['a: .nan', 'NaN is no JSON number'],
    ['a: &a [*a]', 'stdin has no JSON form'],
    [`a: ${'x'.repeat(9 * 1024 * 1024)}`, 'at most 8388608'],
  ])('that JSON cannot carry is refused: %.20s', async (text, message) => {
    const refusal = expect.objectContaining({ exitCode: 2, message: expect.stringContaining(message) });
    await expect(readDocument(cliWithStdin(text), '-')).rejects.toEqual(refusal);
  });
});
