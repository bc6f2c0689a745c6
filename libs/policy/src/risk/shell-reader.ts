import { CommandDraft } from './command-draft.js';
import { type Invocation, isKnownProgram } from './command-position.js';
import type { Command, Flow, Word } from './shell-command.js';
import type { ShellVariables } from './shell-variables.js';
import { flowOf, type FlowJoin, joinFlow, noFlow } from './text-flow.js';
import { type Closer, WordReader } from './word-reader.js';
import type { WorkMeter } from './work-meter.js';

/** `$(…)` in `$(…)`: beyond this the look gives up, which counts as the worst. */
const maxNesting = 16;
/** What it takes to begin and end a command and a substitution. */
const stepsPerCommand = 8;
const stepsPerNesting = 8;
const groupEnds = new Set(['}', 'done', 'fi', 'esac']);
const noFunctions: ReadonlySet<string> = new Set();
const redirection = /<<<|<<-?|<>|<&|<|>>|>\||>&|>/y;

/**
 * Reads a text as a shell would, once from left to right, and hands over each command as it ends (`take` answers what it
 * starts first): those in `$(…)`, backticks, brackets and functions too. It never refuses a text: what no shell would accept is read on from where it stands. Commands of a
 * stranger without a quotation are passed over: that is what prose is made of.
 */
export class ShellReader extends WordReader {
  protected draft: CommandDraft;
  private nesting = 0;
  private brackets = 0;
  private functions: Set<string> | undefined = undefined;
  private body: string | undefined = undefined;
  private readonly isKnown = (word: Word) =>
    isKnownProgram(word) || (this.functions?.has(word.text.toLowerCase()) ?? false);

  constructor(
    text: string,
    variables: ShellVariables,
    meter: WorkMeter,
    private readonly take: (command: Command) => Invocation | undefined,
    isScript: boolean,
  ) {
    super(text, variables, meter, isScript);
    this.draft = this.newDraft(false);
  }

  read(isMentioned: boolean): void {
    this.draft.mentioned = isMentioned;
    this.readList('');
  }

  protected readNested(closer: Closer, isMentioned: boolean): FlowJoin {
    const { draft, brackets } = this;
    this.meter.spend(stepsPerNesting);
    this.nesting += 1;
    this.brackets = 0;
    this.draft = this.newDraft(isMentioned);
    const printed = this.readList(closer);
    this.draft = draft;
    this.brackets = brackets;
    this.nesting -= 1;
    return printed;
  }

  /** A substitution in a quotation is met again when that is read as a passage; anywhere else it would be lost. */
  protected isTooDeep(): boolean {
    if (this.nesting < maxNesting) return false;
    if (!this.draft.isInQuotation) this.meter.giveUp();
    return true;
  }

  protected isProseSoFar(): boolean {
    return this.draft.isStranger;
  }

  private newDraft(isMentioned: boolean, upstream?: Flow): CommandDraft {
    const draft = new CommandDraft(this.variables, this.meter, this.isKnown);
    draft.mentioned = isMentioned;
    draft.upstream = upstream;
    return draft;
  }

  private readList(closer: Closer | ''): FlowJoin {
    const printed = noFlow();
    while (this.at < this.text.length && !this.meter.isExhausted) {
      const character = this.text[this.at]!;
      if (character === closer && (closer === '`' || this.brackets === 0)) {
        this.at += 1;
        break;
      }
      this.readOne(character, printed);
    }
    joinFlow(printed, this.endCommand());
    return printed;
  }

  private readOne(character: string, printed: FlowJoin): void {
    switch (character) {
      case ' ':
      case '\t':
        this.at += 1;
        return this.draft.endWord();
      case '\n':
      case '\r':
      case ';':
        this.at += 1;
        return joinFlow(printed, this.endCommand());
      case '&':
        return this.readAmpersand(printed);
      case '|':
        return this.readBar(printed);
      case '(':
        return this.readBracket(printed);
      case ')':
        return this.readBracketEnd(printed);
      case '<':
      case '>':
        return this.readRedirection();
      case '#':
        return this.draft.hasOpenWord ? this.addNext() : this.skipComment();
      default:
        return this.readPart(character);
    }
  }

  private readAmpersand(printed: FlowJoin): void {
    const next = this.text[this.at + 1];
    this.at += next === '&' ? 2 : 1;
    // `&>file`
    if (next === '>') return;
    joinFlow(printed, this.endCommand(next !== '&'));
  }

  private readBar(printed: FlowJoin): void {
    const next = this.text[this.at + 1];
    this.at += next === '|' || next === '&' ? 2 : 1;
    if (next === '|') return joinFlow(printed, this.endCommand());
    this.draft.endWord();
    const { first, isStranger, isAfterGroup } = this.draft;
    const isGroup = first ? groupEnds.has(first.text) : isAfterGroup;
    const flow = this.endCommand();
    // What a group prints is not told apart from what came before it.
    this.draft.upstream = isGroup ? { from: '', ...printed } : flow;
    this.draft.mentioned = isStranger || (!first && !isGroup);
  }

  private readBracket(printed: FlowJoin): void {
    const end = startOfBody(this.text, this.at);
    if (end !== undefined && !this.draft.isEmpty) return this.defineFunction(end);
    this.draft.endWord();
    const isMentioned = this.draft.isStranger;
    this.at += 1;
    this.brackets += 1;
    joinFlow(printed, this.endCommand());
    this.draft.mentioned = isMentioned;
  }

  /** A word right after brackets is prose: a shell wants an operator there, but not after the pattern of a `case`. */
  private readBracketEnd(printed: FlowJoin): void {
    this.at += 1;
    joinFlow(printed, this.endCommand());
    this.draft.isAfterGroup = this.brackets > 0;
    this.draft.mentioned = this.brackets > 0;
    this.brackets = Math.max(0, this.brackets - 1);
  }

  private defineFunction(end: number): void {
    this.draft.endWord();
    this.beginBody(this.draft.last);
    this.draft = this.newDraft(false);
    this.at = end;
  }

  private beginBody(name: Word | undefined): void {
    this.body = name?.text.toLowerCase();
    if (this.body !== undefined) (this.functions ??= new Set()).add(this.body);
  }

  private readRedirection(): void {
    if (this.text[this.at + 1] === '(' && !this.isTooDeep()) {
      this.at += 2;
      return this.draft.addFile(this.readNested(')', false));
    }
    redirection.lastIndex = this.at;
    const [sign] = redirection.exec(this.text)!;
    this.at += sign.length;
    if (sign === '<<<') return this.draft.redirect('text');
    if (sign.startsWith('<<')) return this.draft.redirect('tag');
    return this.draft.redirect(sign.startsWith('>') || sign === '<>' ? 'output' : 'input');
  }

  private skipComment(): void {
    const end = this.text.indexOf('\n', this.at);
    this.at = end < 0 ? this.text.length : end;
  }

  private endCommand(isBackground = false): Flow | undefined {
    const { draft } = this;
    draft.endWord();
    if (draft.isIdle) {
      draft.mentioned = false;
      draft.isAfterGroup = false;
      draft.upstream = undefined;
      return undefined;
    }
    this.draft = this.newDraft(false);
    if (!this.meter.spend(stepsPerCommand)) return undefined;
    if (draft.isNegligible) return draft.flowOfStranger();
    // `function name { command`, the other way to define one.
    if (draft.first?.text === 'function') this.beginBody(draft.takeOut(3)[1]);
    const command = draft.finish({
      background: isBackground,
      functions: this.functions ?? noFunctions,
      body: this.body,
    });
    if (draft.first?.text === '}') this.body = undefined;
    return flowOf(command, this.take(command), this.meter);
  }
}

/** Where the body of a function begins, if `()` and `{` or `(` are next. */
function startOfBody(text: string, start: number): number | undefined {
  const closer = skipBlanks(text, start + 1);
  if (text[closer] !== ')') return undefined;
  const body = skipBlanks(text, closer + 1);
  return text[body] === '{' || text[body] === '(' ? body : undefined;
}

function skipBlanks(text: string, start: number): number {
  let at = start;
  while (text[at] === ' ' || text[at] === '\n') at += 1;
  return at;
}
