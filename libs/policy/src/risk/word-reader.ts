import type { CommandDraft } from './command-draft.js';
import { decodeEscapes } from './escape-sequences.js';
import { unknown } from './shell-command.js';
import type { ShellVariables } from './shell-variables.js';
import type { FlowJoin } from './text-flow.js';
import type { WorkMeter } from './work-meter.js';

export type Closer = ')' | '`';

const maxParameterChars = 256;
const stepsPerPart = 1;
/** A run of characters that mean nothing to a shell, within a word and within quotation marks. */
const plainRun = /[^\s;&|()<>#\\'"$`]+/y;
const quotedRun = /[^"\\$`]+/y;
/** Of a command nobody knows the words do not matter. */
const strangersRun = /[^\n\r;&|()<>#\\'"$`]+/y;
const variableName = /[a-z_]\w{0,63}|[@*#?$!\d-]/iy;

/** Reads the parts of a word: plain, quoted, escaped, and what a shell puts in place of `$…` and backticks. */
export abstract class WordReader {
  /** A mark was taken for one of prose that a shell would have taken for the beginning of a quotation. */
  tookProse = false;
  protected at = 0;
  protected abstract draft: CommandDraft;
  private lineEnd = -1;

  constructor(
    protected readonly text: string,
    protected readonly variables: ShellVariables,
    protected readonly meter: WorkMeter,
    private readonly isScript: boolean,
  ) {}

  /** No further substitution is followed. */
  protected abstract isTooDeep(): boolean;
  /** The commands of a substitution, up to its closer. */
  protected abstract readNested(closer: Closer, isMentioned: boolean): FlowJoin;
  /** The command began with a word that is no known program. */
  protected abstract isProseSoFar(): boolean;

  protected readPart(character: string): void {
    if (!this.meter.spend(stepsPerPart)) return;
    switch (character) {
      case '\\':
        return this.readEscape();
      case "'":
        return this.readVerbatim();
      case '"':
        return this.readQuotation();
      case '$':
        return this.readDollar(true);
      case '`':
        return this.readBackticks(true);
      default:
        return this.draft.isStranger ? this.skipRun() : this.addRun(plainRun);
    }
  }

  protected addNext(): void {
    this.draft.add(this.text[this.at]!);
    this.at += 1;
  }

  private addRun(pattern: RegExp): void {
    const run = this.takeRun(pattern);
    if (run === undefined) this.addNext();
    else this.draft.add(run);
  }

  private skipRun(): void {
    const run = this.takeRun(strangersRun);
    if (run === undefined) this.addNext();
    else this.draft.skip(run);
  }

  private takeRun(pattern: RegExp): string | undefined {
    pattern.lastIndex = this.at;
    const [run] = pattern.exec(this.text) ?? [];
    this.at += run?.length ?? 0;
    return run;
  }

  private readEscape(): void {
    const next = this.text[this.at + 1];
    const isContinuation = next === '\n' || (next === '\r' && this.text[this.at + 2] === '\n');
    if (isContinuation) this.at += next === '\n' ? 2 : 3;
    else if (next === undefined) this.addNext();
    else {
      this.draft.addEscaped(next);
      this.at += 2;
    }
  }

  private readVerbatim(): void {
    const end = this.endOfQuotation("'");
    if (end === undefined || this.isApostrophe()) return this.addNext();
    this.draft.openQuotation();
    this.draft.add(this.text.slice(this.at + 1, end));
    this.draft.closeQuotation();
    this.at = end + 1;
  }

  /** Nothing, where the mark is none: it has no other, or in what may be prose, none on the same line. */
  private endOfQuotation(mark: string): number | undefined {
    const end = this.text.indexOf(mark, this.at + 1);
    if (end < 0) return undefined;
    const isShell = this.isScript && mark !== '`';
    if (isShell || !this.draft.mayBeProse || end <= this.endOfLine()) return end;
    this.tookProse = true;
    return undefined;
  }

  private isApostrophe(): boolean {
    if (this.isScript || !this.draft.isWithinLetters) return false;
    this.tookProse = true;
    return true;
  }

  private endOfLine(): number {
    if (this.at > this.lineEnd) {
      const end = this.text.indexOf('\n', this.at);
      this.lineEnd = end < 0 ? this.text.length : end;
    }
    return this.lineEnd;
  }

  private readQuotation(): void {
    if (this.endOfQuotation('"') === undefined) return this.addNext();
    this.at += 1;
    this.draft.openQuotation();
    while (this.at < this.text.length) {
      const character = this.text[this.at]!;
      if (character === '"') break;
      if (character === '\\') this.readQuotedEscape();
      else if (character === '$') this.readDollar(false);
      else if (character === '`') this.readBackticks(false);
      else this.addRun(quotedRun);
    }
    this.at += 1;
    this.draft.closeQuotation();
  }

  private readQuotedEscape(): void {
    const next = this.text[this.at + 1];
    if (next === undefined || !'"\\$`\n'.includes(next)) return this.addNext();
    if (next !== '\n') this.draft.add(next);
    this.at += 2;
  }

  private readBackticks(splits: boolean): void {
    if (this.endOfQuotation('`') === undefined || this.isTooDeep()) return this.addNext();
    this.at += 1;
    this.addPrinted(this.readNested('`', this.isProseSoFar()), splits);
  }

  /** `splits`: outside quotation marks, where a value may be several words. */
  private readDollar(splits: boolean): void {
    const next = this.text[this.at + 1];
    if (next === '(') {
      if (this.isTooDeep()) return this.addNext();
      this.at += 2;
      return this.addPrinted(this.readNested(')', false), splits);
    }
    if (next === '{') return this.readParameter(splits);
    if (splits && next === "'") return this.readEncoded();
    if (splits && next === '"') {
      this.at += 1;
      return;
    }
    this.at += 1;
    const name = this.takeRun(variableName);
    if (name === undefined) return this.draft.add('$');
    const { text, fetched } = this.variables.get(name);
    return this.draft.addValue(text, fetched, splits);
  }

  private addPrinted({ text, fetched }: FlowJoin, splits: boolean): void {
    if (text === undefined) this.draft.addValue(unknown, fetched, false);
    else this.draft.addValue(text.replace(/\n$/, ''), fetched, splits);
  }

  private readParameter(splits: boolean): void {
    const start = this.at + 2;
    const end = endOfBraces(this.text, start);
    if (end === undefined) {
      this.meter.spend(Math.min(maxParameterChars, this.text.length - this.at));
      return this.addNext();
    }
    const body = this.text.slice(start, end);
    // A default may hold a substitution, which runs.
    if (/[$`]/.test(body)) this.draft.addPassage(body.replace(/^\w*:?[-=+?]?/, ''));
    const substitution = body.search(/\$\(|`/);
    if (substitution >= 0) this.draft.addSubstitution(body.slice(substitution));
    this.at = end + 1;
    const { text, fetched } = this.variables.expand(body);
    return this.draft.addValue(text, fetched, splits);
  }

  /** `$'…'`. */
  private readEncoded(): void {
    let end = this.at + 2;
    while (end < this.text.length && this.text[end] !== "'") end += this.text[end] === '\\' ? 2 : 1;
    this.draft.openQuotation();
    this.draft.add(decodeEscapes(this.text.slice(this.at + 2, end)));
    this.draft.closeQuotation();
    this.at = end + 1;
  }
}

/** Where the `}` of `${…}` is, if it is near. */
function endOfBraces(text: string, start: number): number | undefined {
  let depth = 1;
  for (let at = start; at < Math.min(text.length, start + maxParameterChars); at += 1) {
    if (text[at] === '{') depth += 1;
    if (text[at] === '}') depth -= 1;
    if (depth === 0) return at;
  }
  return undefined;
}
