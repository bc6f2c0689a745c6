import { anyProgram, patternsByProgram } from './dangerous-patterns.js';
import {
  carriers,
  declarers,
  downloaders,
  finders,
  findersOptions,
  inputRunners,
  interpreters,
  prefixes,
  rewriters,
  sayers,
  selfNames,
  shells,
  wrapperOptions,
  wrappers,
} from './program-names.js';
import { type Command, unknown, type Word } from './shell-command.js';
import type { WorkMeter } from './work-meter.js';

/** A program where a shell would start one: first in a command, or behind what runs others, such as `sudo`. */
export interface Invocation {
  readonly program: string;
  readonly args: readonly Word[];
  /** The words it reads from its input are arguments too. */
  readonly takesInputAsArgs: boolean;
}

/** What one looks for among the words of a carrier. */
const targets = new Set([...patternsByProgram.keys(), ...shells, ...inputRunners, ...interpreters.keys(), ...finders]);
const programs = new Set([...targets, ...carriers, ...wrappers.keys(), ...sayers, ...downloaders, ...rewriters]);
const beginnings = new Set([...programs, ...prefixes, ...declarers, ...selfNames, 'function', '}']);
/** Few, for each word with wildcards is compared with all of them. */
const hiddenByGlobs = ['rm', 'dd', 'sh', 'bash', 'chmod', 'mkfs', 'reboot', 'shutdown', 'halt', 'poweroff'];
const versioned = /^(?:(mkfs)\.\w+|(python|pypy|perl|ruby|php|lua|node|bash|ksh)-?\d[\w.]*)$/;
const maxNameChars = 32;
/** What it takes to look at a program with its arguments. */
const stepsPerCall = 24;
const cronFields = 5;
/** Each star multiplies the ways to match. */
const maxStars = 2;

/** Without folder, version, and the signs that Make, Vim and Git put before a command. */
function programName({ text }: Word): string {
  if (/^[a-z]+$/.test(text)) return text;
  const path = text.replaceAll(unknown, '');
  if (path !== text && !/\w/.test(path)) return anyProgram;
  const last = path.slice(path.lastIndexOf('/') + 1).toLowerCase();
  if (last.length > maxNameChars) return last;
  if (path.includes('/') && /[*?[]/.test(last)) return nameOfGlob(last) ?? last;
  const name = last.replace(/^[@!:-]+(?=\w)/, '').replace(/\.exe$/, '');
  const [, formatter, interpreter] = versioned.exec(name) ?? [];
  return formatter ?? interpreter ?? name;
}

/** Whether a command may begin with it; a command that begins with another word is a stranger. */
export function isKnownProgram(word: Word): boolean {
  if (beginnings.has(word.text)) return true;
  // What is only letters has no other name, and this is asked of every command.
  return !/^[a-z]+$/.test(word.text) && beginnings.has(programName(word));
}

/** Whether a command may come after it, as after `if` or after the times of a crontab. */
export function isPrefix(word: Word): boolean {
  return prefixes.has(word.text) || isCronField(word);
}

/** The programs that a command starts and that somebody here knows; the first is always among them. */
export function invocationsOf({ words }: Command, meter: WorkMeter): Invocation[] {
  if (!meter.spend(stepsPerCall + 2 * words.length)) return [];
  let at = startOf(words);
  let takesInputAsArgs = false;
  for (;;) {
    const word = words[at];
    if (word === undefined) return [];
    const program = programName(word);
    const own = wrappers.get(program);
    const next = own === undefined ? undefined : wrappedAt(words, at + 1, own, wrapperOptions.get(program));
    if (next === undefined) return [invoke(program, at), ...carriedBy(program, at)];
    takesInputAsArgs ||= program === 'xargs' || program === 'parallel';
    at = next;
  }

  function invoke(program: string, place: number): Invocation {
    return { program, args: words.slice(place + 1), takesInputAsArgs };
  }

  function carriedBy(program: string, place: number): Invocation[] {
    const isCarrier = carriers.has(program) && words[place]!.text.endsWith(program);
    if (!isCarrier && !finders.has(program)) return [];
    return carriedAt(words, place + 1, isCarrier)
      .filter(() => meter.spend(stepsPerCall + words.length))
      .map((carried) => invoke(programName(words[carried]!), carried));
  }
}

function startOf(words: readonly Word[]): number {
  let at = 0;
  while (at < words.length && isCronField(words[at]!)) at += 1;
  if (at < cronFields) at = 0;
  while (at < words.length - 1 && prefixes.has(words[at]!.text)) at += 1;
  return at;
}

function isCronField({ text }: Word): boolean {
  return /^[\d*][\d*/,-]*$/.test(text);
}

/** Every option that is not known may have a value, so each lets one more word stand before the command. */
function wrappedAt(
  words: readonly Word[],
  from: number,
  own: number,
  valued: ReadonlySet<string> | undefined,
): number | undefined {
  let strangers = own;
  let guess: number | undefined;
  for (let at = from; at < words.length && strangers >= 0; at += 1) {
    const word = words[at]!;
    if (valued?.has(word.text)) at += 1;
    else if (word.text.startsWith('-')) strangers += 1;
    else if (!/^\w+=/.test(word.text)) {
      const program = programName(word);
      if (programs.has(program) && program !== anyProgram) return at;
      if (program === anyProgram) guess ??= at;
      strangers -= 1;
    }
  }
  return guess;
}

/** The first place of each target: a later one of the same name has fewer arguments. */
function carriedAt(words: readonly Word[], from: number, isCarrier: boolean): number[] {
  const places = new Map<string, number>();
  for (let at = from; at < words.length; at += 1) {
    const program = programName(words[at]!);
    const isStart = isCarrier || findersOptions.has(words[at - 1]!.text);
    if (isStart && targets.has(program) && program !== anyProgram && !places.has(program)) places.set(program, at);
  }
  return [...places.values()];
}

/** Which program a name with wildcards may be, as in `/bin/r?`; one letter of it must be said. */
function nameOfGlob(glob: string): string | undefined {
  if (!/[a-z]/.test(glob) || glob.split('*').length > maxStars + 1) return undefined;
  return hiddenByGlobs.find((name) => matchesGlob(glob, name));
}

function matchesGlob(glob: string, name: string): boolean {
  if (glob === '') return name === '';
  if (glob.startsWith('*'))
    return matchesGlob(glob.slice(1), name) || (name !== '' && matchesGlob(glob, name.slice(1)));
  if (name === '') return false;
  const end = glob.startsWith('[') ? glob.indexOf(']') : -1;
  if (end > 0) return glob.slice(1, end).includes(name[0]!) && matchesGlob(glob.slice(end + 1), name.slice(1));
  return (glob.startsWith('?') || glob.startsWith(name[0]!)) && matchesGlob(glob.slice(1), name.slice(1));
}
