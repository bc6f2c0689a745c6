import { isPrefix } from './command-position.js';
import { declarers } from './program-names.js';
import { type Command, type Flow, type Printed, unknown, type Word } from './shell-command.js';
import type { ShellVariables } from './shell-variables.js';
import type { WorkMeter } from './work-meter.js';

type Redirection = 'output' | 'input' | 'text' | 'tag';

const assignment = /^([a-z_]\w{0,63})(\[[^\]]{0,64}\])?(\+?)=/i;
/** A word of a stranger, and what it takes more when it is kept to be compared. */
const stepsPerWord = 1;
const stepsPerKeptWord = 3;
/** Longer words are not expanded: what stands around the braces is copied for each alternative. */
const maxBracesChars = 256;
const maxNameChars = 160;
const none: readonly never[] = [];

/**
 * One command while it is read, character by character and word by word. Every field has a value from the start, so that V8
 * gives all drafts one shape: there is one for each line of a document.
 */
export class CommandDraft {
  upstream: Flow | undefined = undefined;
  mentioned = false;
  /** A bracket closed before it. */
  isAfterGroup = false;
  /** It begins with a word no program is known by: only its quotations, redirections and force flags matter. */
  isStranger = false;
  /** The last word, kept or not. */
  last: Word | undefined = undefined;
  private words: Word[] | undefined = undefined;
  private passages: string[] | undefined = undefined;
  private substitutions: string[] | undefined = undefined;
  private outputs: string[] | undefined = undefined;
  private inputs: string[] | undefined = undefined;
  private text = '';
  private isOpen = false;
  private quoted = false;
  private fetched = false;
  private file: Printed | undefined = undefined;
  private quotation: string | undefined = undefined;
  /** The last character of the open word, and whether a quotation of it touches a letter outside: `r"m -rf /"`. */
  private lastCharacter = '';
  private hasSeam = false;
  private isAfterQuotation = false;
  private hasOnlyDeclarers = true;
  private hasFetched = false;
  private isBegun = false;
  private isCommand = false;
  private hasForceFlag = false;
  private redirection: Redirection | undefined = undefined;

  constructor(
    private readonly variables: ShellVariables,
    private readonly meter: WorkMeter,
    private readonly isKnown: (word: Word) => boolean,
  ) {}

  get hasOpenWord(): boolean {
    return this.isOpen;
  }

  get isInQuotation(): boolean {
    return this.quotation !== undefined;
  }

  get first(): Word | undefined {
    return this.words?.[0];
  }

  get isEmpty(): boolean {
    return !this.isOpen && this.words === undefined;
  }

  get isIdle(): boolean {
    return this.words === undefined && this.passages === undefined && this.outputs === undefined;
  }

  /** Nothing that anybody would look for. */
  get isNegligible(): boolean {
    const isPlain = this.passages === undefined && this.outputs === undefined && this.inputs === undefined;
    return this.isStranger && isPlain && !this.hasForceFlag;
  }

  /** A quotation mark then opens a quotation only when it closes on the same line: `5" wide` has none. */
  get mayBeProse(): boolean {
    return !this.isCommand && this.lastCharacter !== '=';
  }

  /** `it's`, but not the `f'…'` and `rb'…'` of Python. */
  get isWithinLetters(): boolean {
    if (!this.isStranger || !/\w/.test(this.lastCharacter)) return false;
    return this.text.length > 2 || !/^[bfru]+$/i.test(this.text);
  }

  add(text: string): void {
    if (this.isAfterQuotation && /^[\w/~*]/.test(text)) this.hasSeam = true;
    this.isAfterQuotation = false;
    this.text += text;
    this.isOpen = true;
    this.lastCharacter = text.at(-1) ?? '';
    if (this.quotation !== undefined) this.quotation += text;
  }

  addEscaped(character: string): void {
    this.add(character);
    this.quoted = true;
    this.hasSeam ||= /\s/.test(character);
  }

  /** `<(…)`: a name nobody knows, of a file that holds this. */
  addFile(file: Printed): void {
    this.add(unknown);
    this.fetched ||= file.fetched;
    this.file = file;
  }

  /** A value in place of a variable or a substitution; `splits`: its blanks end words. */
  addValue(text: string, fetched: boolean, splits: boolean): void {
    if (!this.meter.spend(text.length)) return;
    this.fetched ||= fetched;
    const parts = splits && /\s/.test(text) ? text.split(/\s+/) : [text];
    parts.forEach((part, index) => {
      if (index > 0) this.endWord();
      if (part !== '') this.add(part);
    });
  }

  addPassage(passage: string): void {
    (this.passages ??= []).push(passage);
  }

  addSubstitution(text: string): void {
    (this.substitutions ??= []).push(text);
  }

  /** Words of a stranger: only a force flag among them is kept, and the last word, which may go on. */
  skip(run: string): void {
    const blank = run.search(/[ \t]/);
    if (blank < 0) return this.add(run);
    if (blank > 0) this.add(run.slice(0, blank));
    this.endWord();
    if (run.includes('-force'))
      for (const text of run.split(/[ \t]/)) this.keepForceFlag({ text, quoted: false, fetched: false });
    const tail = run.slice(Math.max(run.lastIndexOf(' '), run.lastIndexOf('\t')) + 1);
    if (tail !== '') this.add(tail);
  }

  openQuotation(): void {
    this.hasSeam ||= this.isAfterQuotation || /[\w/]/.test(this.lastCharacter);
    this.isAfterQuotation = false;
    this.isOpen = true;
    this.quoted = true;
    this.quotation = '';
  }

  closeQuotation(): void {
    if (this.quotation && /[\s$`]/.test(this.quotation)) this.addPassage(this.quotation);
    this.quotation = undefined;
    this.isAfterQuotation = true;
  }

  /** The next word is where to write to or read from. A number before the sign is a file descriptor. */
  redirect(redirection: Redirection): void {
    if (/^\d{1,2}$/.test(this.text)) this.clearWord();
    this.endWord();
    this.redirection = redirection;
  }

  endWord(): void {
    if (!this.isOpen || !this.meter.spend(stepsPerWord)) return;
    const { text, quoted, fetched, file, hasSeam } = this;
    this.clearWord();
    // A quotation that is a whole word is a passage already; where one is glued on, the word says more.
    if (hasSeam && /\s/.test(text)) this.addPassage(text);
    const word = { text, quoted, fetched, file };
    this.last = word;
    this.hasFetched ||= fetched;
    if (this.redirection) this.takeRedirected(word);
    else if (this.isStranger) this.keepForceFlag(word);
    else if (!this.takeAssignment(word)) this.pushExpanded(word);
  }

  /** Takes the first words away. */
  takeOut(count: number): Word[] {
    return this.words?.splice(0, count) ?? [];
  }

  flowOfStranger(): Flow {
    const { upstream, hasFetched } = this;
    const fetched = hasFetched || (upstream?.fetched ?? false);
    return { from: '', text: undefined, fetched, altered: upstream?.altered ?? false };
  }

  finish(context: Pick<Command, 'background' | 'functions' | 'body'>): Command {
    const { words = none, passages = none, substitutions = none, outputs = none, inputs = none } = this;
    const { upstream, mentioned } = this;
    return { words, passages, substitutions, outputs, inputs, upstream, mentioned, ...context };
  }

  private clearWord(): void {
    this.text = '';
    this.isOpen = false;
    this.quoted = false;
    this.fetched = false;
    this.file = undefined;
    this.lastCharacter = '';
    this.hasSeam = false;
    this.isAfterQuotation = false;
  }

  private takeRedirected({ text, fetched, file }: Word): void {
    if (this.redirection === 'output') (this.outputs ??= []).push(text);
    if (this.redirection === 'input') (this.inputs ??= []).push(text);
    if (this.redirection === 'input' && file) this.upstream = { from: '<(', ...file };
    if (this.redirection === 'text') this.upstream = { from: '<<<', text, fetched, altered: false };
    this.redirection = undefined;
  }

  private keepForceFlag(word: Word): void {
    if (!/^--?force/i.test(word.text)) return;
    this.words!.push(word);
    this.hasForceFlag = true;
  }

  private takeAssignment({ text, fetched }: Word): boolean {
    if (!this.hasOnlyDeclarers || !text.includes('=')) return false;
    const [start, name, index, appends] = assignment.exec(text.slice(0, maxNameChars)) ?? [];
    if (start === undefined || name === undefined) return false;
    const value = { text: text.slice(start.length), fetched };
    // An array is its first entry here; the others are not followed.
    if (index !== undefined && index !== '[0]') return true;
    if (appends) this.variables.append(name, value);
    else this.variables.set(name, value);
    return true;
  }

  private pushExpanded(word: Word): void {
    if (!this.meter.spend(stepsPerKeptWord)) return;
    const parts = word.quoted || !word.text.includes('{') ? undefined : this.expandBraces(word.text);
    const words = parts?.map((text) => ({ ...word, text })) ?? [word];
    this.hasOnlyDeclarers &&= declarers.has(word.text) || word.text.startsWith('-');
    if (!this.isBegun) this.begin(words);
    if (this.words) this.words.push(...words);
    else this.words = words;
  }

  /** The first word that is not only put before a command says what the command is. */
  private begin(words: readonly Word[]): void {
    const first = words.find((word) => !isPrefix(word));
    if (first === undefined) return;
    this.isBegun = true;
    this.isStranger = !this.isKnown(first);
    // A sentence may begin with "Test" or "Find".
    this.isCommand = !this.isStranger && !/[A-Z]/.test(first.text);
  }

  private expandBraces(text: string): string[] | undefined {
    const start = text.indexOf('{');
    const end = text.indexOf('}', start);
    const alternatives = text.slice(start + 1, Math.max(end, 0)).split(',');
    if (end < 0 || text.length > maxBracesChars || alternatives.length === 1) return undefined;
    if (!this.meter.spend(alternatives.length * text.length)) return undefined;
    const parts = alternatives.map((part) => text.slice(0, start) + part + text.slice(end + 1));
    return parts.filter((part) => part !== '');
  }
}
