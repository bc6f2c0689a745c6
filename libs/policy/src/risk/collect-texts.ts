import type { Json } from '#libs/contracts';
import { isKnownProgram } from './command-position.js';
import { foldUnicode, isPlain } from './fold-unicode.js';
import type { WorkMeter } from './work-meter.js';

/** A text of an input that may be a command, and where it is, as a JSON pointer. Texts are folded. */
export type FoundText =
  | { readonly kind: 'text'; readonly text: string; readonly isMentioned: boolean; readonly place: Place }
  | { readonly kind: 'words'; readonly words: readonly string[]; readonly isMentioned: boolean; readonly place: Place }
  /** A member such as `"force": true`. */
  | { readonly kind: 'force'; readonly place: Place }
  /** The work was too much: nothing from here on was collected. */
  | { readonly kind: 'unexamined'; readonly place: Place };

/** A pointer that is only written out when somebody asks: most texts are harmless. */
export interface Place {
  readonly parent: Place | undefined;
  readonly key: string | number;
}

interface Value {
  readonly value: Json;
  readonly place: Place;
}

const commandKeys = new Set('command cmd program executable binary bin tool skill exec entrypoint run'.split(' '));
const argumentKeys = new Set(
  'args arguments argv parameters params flags options target targets path paths file files'.split(' '),
);
const maxNamedKeyChars = 10;
const forceKey = /^-{0,2}force([_-]?push)?$/i;
/** Neither blanks nor signs: no command line. */
const plainKey = /^[\w.-]{0,64}$/;
const maxPointerChars = 120;
/** What it takes to open a value, to look at a member, to take a word into a line, and to begin a line. */
const stepsPerValue = 5;
const stepsPerMember = 3;
/** V8 keeps an object of more members as a hash table, whose walk takes longer. */
const maxFastMembers = 1_000;
const stepsPerHashedMember = 12;
const stepsPerWord = 2;
const stepsPerLine = 24;
const charsPerSearchStep = 32;
/** The longest argument that Linux passes to a shell (MAX_ARG_STRLEN): what stands behind it is looked at word by word only. */
const maxLineChars = 131_072;
const none: readonly never[] = [];

/**
 * Every string and key of an input; the entries of each list as one line and as one argument list; and `command` with `args` of one
 * object, the action's own name taking the place of a missing command. Linear: each string comes back a fixed number of times. Ends
 * early, and says so, when the meter is exhausted.
 */
export function* collectTexts(action: string, input: Json, meter: WorkMeter): Generator<FoundText> {
  const root: Place = { parent: undefined, key: '' };
  const collector = new TextCollector(meter);
  yield* collector.textsOfAction(action, input, root);
  const open: Value[] = [{ value: input, place: root }];
  for (let next = open.pop(); next; next = open.pop()) {
    const { value, place } = next;
    if (typeof value === 'string') yield collector.textAt(value, place);
    else if (Array.isArray(value)) yield* collector.openList(value, place, open);
    else if (typeof value === 'object' && value !== null) yield* collector.openObject(value, place, open);
    if (meter.isExhausted) {
      yield { kind: 'unexamined', place };
      return;
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

class TextCollector {
  constructor(private readonly meter: WorkMeter) {}

  /** What an action does by its name alone, its author declares: `vm.reboot` is no danger found in an input. */
  textsOfAction(action: string, input: Json, place: Place): FoundText[] {
    const isObject = typeof input === 'object' && input !== null && !Array.isArray(input);
    const keys = isObject ? this.keysOf(input) : undefined;
    const words = keys ? this.argumentsOf(input as Readonly<Record<string, Json>>, keys) : this.wordsOf(input);
    const texts: FoundText[] = [];
    for (const command of commandsOfAction(action)) this.addCall(texts, command, words, place, true);
    return texts;
  }

  textAt(text: string, place: Place, isMentioned = false): FoundText {
    return { kind: 'text', text: this.fold(text), isMentioned, place };
  }

  openList(list: Json[], place: Place, open: Value[]): readonly FoundText[] {
    if (!this.meter.spend(list.length)) return none;
    for (let at = list.length - 1; at >= 0; at -= 1) if (!this.push(open, list[at]!, place, at)) return none;
    const texts: FoundText[] = [];
    if (list.length > 1 && list.some((it) => typeof it === 'string')) {
      const words = this.wordsOf(list);
      if (words.length > 1) this.addLine(texts, words, place, false);
    }
    return texts;
  }

  openObject(members: Readonly<Record<string, Json>>, place: Place, open: Value[]): readonly FoundText[] {
    const keys = this.keysOf(members);
    for (let at = keys.length - 1; at >= 0; at -= 1)
      if (!this.push(open, members[keys[at]!]!, place, keys[at]!)) return none;
    const texts: FoundText[] = [];
    for (const key of keys) {
      if (!plainKey.test(key)) texts.push(this.textAt(key, { parent: place, key }, true));
      if (forceKey.test(key) && isYes(members[key]!)) texts.push({ kind: 'force', place: { parent: place, key } });
    }
    const commands = keys.filter((key) => isNamed(key, commandKeys));
    if (commands.length === 0) return texts;
    const words = this.argumentsOf(members, keys);
    for (const key of commands) this.addCall(texts, this.wordsOf(members[key]!).join(' '), words, place, false);
    return texts;
  }

  private keysOf(members: Readonly<Record<string, Json>>): readonly string[] {
    const keys = Object.keys(members);
    const steps = keys.length > maxFastMembers ? stepsPerHashedMember : stepsPerMember;
    return this.meter.spend(keys.length * steps) ? keys : none;
  }

  private push(open: Value[], value: Json, parent: Place, key: string | number): boolean {
    if (typeof value !== 'string' && (typeof value !== 'object' || value === null)) return true;
    if (!this.meter.spend(stepsPerValue)) return false;
    open.push({ value, place: { parent, key } });
    return true;
  }

  private addCall(
    texts: FoundText[],
    command: string,
    words: readonly string[],
    place: Place,
    isMentioned: boolean,
  ): void {
    if (command === '' || !mayBeProgram(/^\S*/.exec(command)![0])) return;
    if (!this.meter.spend(command.length)) return;
    this.addLine(texts, [...command.split(/\s+/), ...words], place, isMentioned);
  }

  /** As a shell gets them, and as they are started without one. */
  private addLine(texts: FoundText[], words: readonly string[], place: Place, isMentioned: boolean): void {
    if (!this.meter.spend(stepsPerLine + words.length * stepsPerWord)) return;
    texts.push({ kind: 'text', text: joinWords(words), isMentioned, place });
    texts.push({ kind: 'words', words, isMentioned, place });
  }

  private argumentsOf(members: Readonly<Record<string, Json>>, keys: readonly string[]): string[] {
    return keys.filter((key) => isNamed(key, argumentKeys)).flatMap((key) => this.wordsOf(members[key]!));
  }

  private wordsOf(value: Json): string[] {
    const values = Array.isArray(value) ? value : [value];
    const words: string[] = [];
    if (!this.meter.spend(values.length * stepsPerWord)) return words;
    for (const one of values) {
      if (typeof one === 'string') words.push(this.fold(one));
      else if (typeof one === 'number' || typeof one === 'boolean') words.push(String(one));
    }
    return words;
  }

  /** Nothing when it is too much; ASCII is looked over at the speed of a search. */
  private fold(text: string): string {
    if (!this.meter.spend(text.length / charsPerSearchStep) || isPlain(text)) return text;
    return this.meter.spend(text.length) ? foldUnicode(text) : '';
  }
}

function joinWords(words: readonly string[]): string {
  let chars = 0;
  const end = words.findIndex((word) => (chars += word.length + 1) > maxLineChars);
  return end < 0
    ? words.join(' ')
    : words
        .slice(0, end + 1)
        .join(' ')
        .slice(0, maxLineChars);
}

function isNamed(key: string, names: ReadonlySet<string>): boolean {
  return key.length <= maxNamedKeyChars && names.has(key.toLowerCase());
}

function mayBeProgram(name: string): boolean {
  return !/^[\w.-]*$/.test(name) || isKnownProgram({ text: name, quoted: false, fetched: false });
}

/** `git.push` is the command `git push`, and `files.rm` may be `rm`. */
function commandsOfAction(action: string): string[] {
  const [, role = ''] = action.split('.');
  return [action.replaceAll(/[.-]/g, ' '), role];
}

function isYes(value: Json): boolean {
  return value === true || value === 1 || (typeof value === 'string' && /^(true|yes|1|on)$/i.test(value));
}
