import type { Json } from '#libs/contracts';
import { isKnownProgram } from './command-position.js';
import { foldUnicode } from './fold-unicode.js';

/** A text of an input that may be a command, and where it is, as a JSON pointer. Texts are folded. */
export type FoundText =
  | { readonly kind: 'text'; readonly text: string; readonly isMentioned: boolean; readonly place: Place }
  | { readonly kind: 'words'; readonly words: readonly string[]; readonly isMentioned: boolean; readonly place: Place }
  /** A member such as `"force": true`. */
  | { readonly kind: 'force'; readonly place: Place };

/** A pointer that is only written out when somebody asks: most texts are harmless. */
export interface Place {
  readonly parent: Place | undefined;
  readonly key: string | number;
}

const commandKeys = ['command', 'cmd', 'program', 'executable', 'binary', 'bin', 'tool', 'skill'];
const argumentKeys = new Set(
  'args arguments argv parameters params flags options target targets path paths file files'.split(' '),
);
const forceKey = /^-{0,2}force([_-]?push)?$/i;
/** Neither blanks nor signs: no command line. */
const plainKey = /^[\w.-]{0,64}$/;
const maxPointerChars = 120;

/**
 * Every string and key of an input; the entries of each list as one line and as one argument list; and `command` with `args` of one
 * object, the action's own name taking the place of a missing command. Linear: each string comes back a fixed number of times.
 */
export function* collectTexts(action: string, input: Json): Generator<FoundText> {
  const root: Place = { parent: undefined, key: '' };
  // What an action does by its name alone, its author declares: `vm.reboot` is no danger found in an input.
  yield* callsOf(commandsOfAction(action), argumentsOf(input), root, true);
  const open: { value: Json; place: Place }[] = [{ value: input, place: root }];
  for (let next = open.pop(); next; next = open.pop()) {
    const { value, place } = next;
    if (typeof value === 'string') yield textAt(value, place);
    if (typeof value !== 'object' || value === null) continue;
    if (Array.isArray(value)) yield* textsOfList(value, place);
    else yield* textsOfObject(value, place);
    for (const [key, child] of Object.entries(value).toReversed()) {
      if (mayHoldText(child)) open.push({ value: child, place: { parent: place, key } });
    }
  }
}

export function pointerOf(place: Place): string {
  const keys: string[] = [];
  for (let at = place; at.parent; at = at.parent) keys.push(String(at.key).replaceAll('~', '~0').replaceAll('/', '~1'));
  const pointer = keys
    .toReversed()
    .map((key) => `/${key}`)
    .join('');
  return pointer.length > maxPointerChars ? `${pointer.slice(0, maxPointerChars)}…` : pointer;
}

function textAt(text: string, place: Place, isMentioned = false): FoundText {
  return { kind: 'text', text: foldUnicode(text), isMentioned, place };
}

function* textsOfList(list: readonly Json[], place: Place): Generator<FoundText> {
  const words = list.flatMap(wordsOf);
  if (words.length > 1 && list.some((it) => typeof it === 'string')) yield* lineOf(words, place);
}

function* textsOfObject(members: Readonly<Record<string, Json>>, place: Place): Generator<FoundText> {
  for (const [key, value] of Object.entries(members)) {
    const inside = { parent: place, key };
    if (!plainKey.test(key)) yield textAt(key, inside, true);
    if (forceKey.test(key) && isYes(value)) yield { kind: 'force', place: inside };
  }
  const commands = commandKeys.map((key) => entriesOf(members[key]).join(' '));
  yield* callsOf(
    commands.filter((command) => command !== ''),
    argumentsOf(members),
    place,
  );
}

function* callsOf(
  commands: readonly string[],
  words: readonly string[],
  place: Place,
  isMentioned = false,
): Generator<FoundText> {
  for (const command of commands) {
    const parts = command.split(/\s+/);
    if (mayBeProgram(parts[0]!)) yield* lineOf([...parts, ...words], place, isMentioned);
  }
}

function mayBeProgram(name: string): boolean {
  return !/^[\w.-]*$/.test(name) || isKnownProgram({ text: name, quoted: false, fetched: false });
}

/** As a shell gets them, and as they are started without one. */
function* lineOf(words: readonly string[], place: Place, isMentioned = false): Generator<FoundText> {
  yield textAt(words.join(' '), place, isMentioned);
  yield { kind: 'words', words: words.map(foldUnicode), isMentioned, place };
}

/** `git.push` is the command `git push`, and `files.rm` may be `rm`. */
function commandsOfAction(action: string): string[] {
  const [, role = ''] = action.split('.');
  return [action.replaceAll(/[.-]/g, ' '), role];
}

function argumentsOf(value: Json): string[] {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return entriesOf(value);
  return Object.entries(value).flatMap(([key, argument]) => (argumentKeys.has(key) ? entriesOf(argument) : []));
}

function entriesOf(value: Json | undefined): string[] {
  return Array.isArray(value) ? value.flatMap(wordsOf) : wordsOf(value);
}

function wordsOf(value: Json | undefined): string[] {
  if (typeof value === 'string') return [value];
  return typeof value === 'number' || typeof value === 'boolean' ? [String(value)] : [];
}

function mayHoldText(value: Json): boolean {
  return typeof value === 'string' || (typeof value === 'object' && value !== null);
}

function isYes(value: Json): boolean {
  return value === true || value === 1 || (typeof value === 'string' && /^(true|yes|1|on)$/i.test(value));
}
