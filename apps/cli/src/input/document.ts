import { readFile } from 'node:fs/promises';
import { extname } from 'node:path';
import { type Json, limits } from '#libs/contracts';
import { type Cli, talk } from '../cli.js';
import { CliFailure } from '../cli-failure.js';
import { exitCode } from '../exit-code.js';
import { findJsonFault } from './json-fault.js';

/** Reads FILE, or stdin for `-`, and parses it as JSON or YAML. Throws CliFailure with line and column. */
export async function readDocument(cli: Cli, file: string): Promise<Json> {
  const name = file === '-' ? 'stdin' : file;
  const text = await readText(cli, file).catch((cause: unknown) => {
    throw badFile(`${name} cannot be read: ${messageOf(cause)}`, 'check the path and its permissions', cause);
  });
  const value = await parseDocument(name, text);
  refuseWhatJsonCannotSay(name, value);
  return value;
}

async function readText(cli: Cli, file: string): Promise<string> {
  if (file !== '-') return readFile(file, 'utf8');
  if (cli.stdin.isTTY) talk(cli, 'reading from the terminal; end with Ctrl-D');
  const parts: Buffer[] = [];
  for await (const part of cli.stdin) parts.push(Buffer.from(part));
  return Buffer.concat(parts).toString('utf8');
}

/** By the file's extension, else by its first character. */
export async function parseDocument(name: string, fileText: string): Promise<Json> {
  const text = fileText.replace(/^\ufeff/, '');
  if (text.trim() === '') throw badFile(`${name} is empty`, 'write a directive into it; docs/cli.md shows one');
  const extension = extname(name).toLowerCase();
  const isJson = extension === '.json' || (!['.yaml', '.yml'].includes(extension) && /^\s*[{[]/.test(text));
  return isJson ? parseJson(name, text) : await parseYaml(name, text);
}

function parseJson(name: string, text: string): Json {
  try {
    return JSON.parse(text) as Json;
  } catch (cause) {
    const before = text.slice(0, findJsonFault(text) ?? text.length).split('\n');
    const place = `${name}:${before.length}:${(before.at(-1)?.length ?? 0) + 1}`;
    throw badFile(`${place}: not valid JSON from here on`, 'correct the line', cause);
  }
}

async function parseYaml(name: string, text: string): Promise<Json> {
  // Loaded only here: it is a third of the start-up time of a command that needs no YAML.
  const { parseDocument: parse } = await import('yaml');
  const document = parse(text, { prettyErrors: false });
  const [fault] = document.errors;
  if (fault) {
    const before = text.slice(0, fault.pos[0]).split('\n');
    const place = `${name}:${before.length}:${(before.at(-1)?.length ?? 0) + 1}`;
    throw badFile(`${place}: not valid YAML: ${fault.message}`, 'correct the line', fault);
  }
  try {
    return document.toJS() as Json;
  } catch (cause) {
    throw badFile(`${name}: ${messageOf(cause)}`, 'write the repeated part out instead of using aliases', cause);
  }
}

/** YAML can say more than JSON (`.nan`, a list that contains itself); JSON.stringify would send null or fail. */
function refuseWhatJsonCannotSay(name: string, value: Json): void {
  let body: string;
  try {
    body = JSON.stringify(value, (_key, part: unknown) => {
      if (typeof part === 'number' && !Number.isFinite(part)) throw new RangeError(`${part} is no JSON number`);
      return part;
    });
  } catch (cause) {
    throw badFile(`${name} has no JSON form: ${messageOf(cause)}`, 'use values that JSON can express', cause);
  }
  const bytes = Buffer.byteLength(body);
  if (bytes <= limits.maxSubmitBytes) return;
  throw badFile(
    `${name} has ${bytes} bytes as JSON, at most ${limits.maxSubmitBytes}`,
    'pass large inputs by reference',
  );
}

export function badFile(message: string, next: string, cause?: unknown, details?: readonly string[]): CliFailure {
  return new CliFailure({ exitCode: exitCode.usage, message, next, cause, details });
}

const messageOf = (error: unknown) => (error instanceof Error ? error.message : String(error));
