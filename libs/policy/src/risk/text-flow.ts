import type { Invocation } from './command-position.js';
import { decodeEscapes } from './escape-sequences.js';
import { hasFlagLetter } from './flag-letters.js';
import { downloaders, interpreters, rewriters, shells } from './program-names.js';
import { type Command, type Flow, type Printed, unknown, type Word } from './shell-command.js';
import type { WorkMeter } from './work-meter.js';

/** What several commands print one after the other. */
export interface FlowJoin extends Printed {
  text: string | undefined;
  fetched: boolean;
  altered: boolean;
}

export function noFlow(): FlowJoin {
  return { text: '', fetched: false, altered: false };
}

export function joinFlow(join: FlowJoin, flow: Flow | undefined): void {
  if (!flow) return;
  join.text = join.text === undefined || flow.text === undefined ? undefined : join.text + flow.text;
  join.fetched ||= flow.fetched;
  join.altered ||= flow.altered;
}

/** What a command prints, followed through echo, printf, cat, base64, xxd and rev; of other programs only where it came from. */
export function flowOf(command: Command, call: Invocation | undefined, meter: WorkMeter): Flow {
  const { upstream } = command;
  const from = call?.program ?? '';
  const fetches = downloaders.has(from) && (call?.args.length ?? 0) > 0;
  const fetched = fetches || (upstream?.fetched ?? false) || command.words.some((word) => word.fetched);
  const altered = upstream?.altered ?? false;
  if (!call) return { from, text: '', fetched, altered };
  if (isPrompt(call, command)) return { from, text: undefined, fetched, altered, isPrompt: true };
  const text = printedBy(call, upstream?.text, meter);
  if (text !== undefined && meter.spend(text.length)) return { from, text, fetched, altered };
  const rewrites = rewriters.has(from) || (interpreters.has(from) && call.args.length > 0);
  return { from, text: undefined, fetched, altered: altered || rewrites };
}

/** `sh -i`, or a shell that is given neither a script nor an input that the text shows. */
function isPrompt({ program, args }: Invocation, { upstream }: Command): boolean {
  if (!shells.has(program)) return false;
  return (args.length === 0 && upstream === undefined) || args.some(({ text }) => hasFlagLetter(text, 'i'));
}

function printedBy({ program, args }: Invocation, input: string | undefined, meter: WorkMeter): string | undefined {
  switch (program) {
    case 'echo':
      return `${decodeEscapes(textsOf(args.filter(({ text }) => !/^-[neE]+$/.test(text))).join(' '))}\n`;
    case 'printf':
      return printFormatted(textsOf(args.filter(({ text }) => text !== '--')), meter);
    case 'cat':
    case 'tee':
      return args.length === 0 || program === 'tee' ? input : undefined;
    case 'base64':
      return decodes(args, /^(-d|-D|--d.*|-di)$/) ? decodeBytes(input, 'base64') : undefined;
    case 'openssl':
      return decodes(args, /^-d$/) && decodes(args, /^-?(a|base64)$/) ? decodeBytes(input, 'base64') : undefined;
    case 'xxd':
      return args.some(({ text }) => hasFlagLetter(text, 'r')) ? decodeBytes(input, 'hex') : undefined;
    case 'rev':
      return input !== undefined && meter.spend(input.length) ? reverseLines(input) : undefined;
    default:
      return undefined;
  }
}

function textsOf(args: readonly Word[]): string[] {
  return args.map(({ text }) => text);
}

/** Each `%s` and `%b` takes the next argument; the format is used again while there are more. */
function printFormatted([format = '', ...values]: string[], meter: WorkMeter): string {
  const places = format.split(/%[sb]/);
  let printed = places[0]!;
  let used = 0;
  do {
    if (!meter.spend(format.length)) break;
    for (const place of places.slice(1)) printed += (values[used++] ?? '') + place;
    if (used > 0 && used < values.length) printed += places[0]!;
  } while (used > 0 && used < values.length);
  return decodeEscapes(printed);
}

function decodes(args: readonly Word[], option: RegExp): boolean {
  return args.some(({ text }) => option.test(text));
}

function decodeBytes(input: string | undefined, encoding: 'base64' | 'hex'): string | undefined {
  if (input === undefined || input.includes(unknown)) return undefined;
  const written = encoding === 'hex' ? input.replaceAll(/\s/g, '') : input;
  return Buffer.from(written, encoding).toString('utf8').replaceAll(unknown, '');
}

function reverseLines(text: string): string {
  return text
    .split('\n')
    .map((line) => Array.from(line).toReversed().join(''))
    .join('\n');
}
