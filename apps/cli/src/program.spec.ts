import { describe, expect, it } from '@jest/globals';
import { loadCliEnv } from '#libs/config';
import type { Command } from 'commander';
import { commandsOfOperations } from './commands/commands-of-operations.js';
import { exitCode } from './exit-code.js';
import { buildProgram } from './program.js';

const nothing = { write: () => true };
const program = buildProgram({
  stdin: { async *[Symbol.asyncIterator]() {} },
  stdout: nothing,
  stderr: nothing,
  interrupt: new AbortController().signal,
  env: loadCliEnv({}),
  exitCode: 0,
});

function pathsOf(command: Command, path: readonly string[] = []): string[] {
  const names = command.commands.flatMap((sub) => pathsOf(sub, [...path, sub.name()]));
  return path.length === 0 ? names : [path.join(' '), ...names];
}

describe('the commands', () => {
  it('reach every operation of the API that says so', () => {
    const named = Object.values(commandsOfOperations).filter((name) => !name.startsWith('- '));
    expect(named.filter((name) => !pathsOf(program).includes(name))).toEqual([]);
  });

  it('all say what they do, and stand in a group', () => {
    expect(program.commands.filter((command) => command.description() === '').map((command) => command.name())).toEqual(
      [],
    );
    expect(program.commands.filter((command) => !command.helpGroup()).map((command) => command.name())).toEqual([]);
  });

  it('end with the codes that the help names', () => {
    let help = '';
    program.configureOutput({ writeOut: (text) => void (help += text) }).outputHelp();
    const codes = help.slice(help.indexOf('Exit codes:'));
    expect(Object.values(exitCode).filter((code) => !new RegExp(`(^|[ \n])${code} `).test(codes))).toEqual([]);
  });
});
