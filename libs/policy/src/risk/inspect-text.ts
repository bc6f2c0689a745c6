import { dangersOfCalls, isObfuscated } from './code-calls.js';
import { type Invocation, invocationsOf, isKnownProgram, isPrefix } from './command-position.js';
import { type Danger, patternsByProgram } from './dangerous-patterns.js';
import { decodeEscapes, hasNumberedCharacter } from './escape-sequences.js';
import { hasFlagLetter } from './flag-letters.js';
import { readGitPush, subcommandOf } from './git-push.js';
import { inputRunners, interpreters, sayers, sayingOfGit, selfNames, shells } from './program-names.js';
import { type Command, type Printed, type Word } from './shell-command.js';
import { ShellReader } from './shell-reader.js';
import { ShellVariables } from './shell-variables.js';
import { isCredentialFile, isDevice, isKernelTrigger } from './vital-paths.js';
import { WorkMeter } from './work-meter.js';

/** A text in a text in a text: deeper ones are not looked at, which counts as the worst. */
const maxDepth = 16;
/** Up to here a text with apostrophes is also read as a script, in which each one opens a quotation; longer ones are documents. */
const maxScriptChars = 10_000;
const forceFlags = new Set([
  '--force',
  '-force',
  '--force-with-lease',
  '--force-if-includes',
  '--force-push',
  '--force-yes',
]);
/** With these, force only silences a question that nobody would be there to answer. */
const forceIsUsual = new Set(['rm', 'cp', 'mv', 'ln']);

/** Each pattern tests every argument. */
const stepsPerArgument = 2;
/** `readGitPush` goes over the arguments more than once, and a pattern asks it again. */
const readsOfPush = 3;

const optionsOfShell = new Set(['-o', '+o', '-O', '+O', '--rcfile', '--init-file']);
const inputFiles = new Set(['-', '/dev/stdin', '/dev/fd/0', '/proc/self/fd/0']);

export interface TextFindings {
  readonly dangers: ReadonlySet<Danger>;
  readonly isGitPush: boolean;
  readonly isForced: boolean;
  /** The bound on the work was met before the end. */
  readonly isUnexamined: boolean;
  /** Work done: grows with the length of the text and with nothing else. */
  readonly steps: number;
}

/** What it takes to open a text, measured against a character. */
const stepsPerText = 4;
const charsPerReadStep = 4;
const charsPerSearchStep = 32;

/** Looks at a text as a shell, an interpreter or a worker might read it. Takes folded text; `isMentioned` as in `Command`. */
export function inspectText(text: string, isMentioned = false, meter = new WorkMeter()): TextFindings {
  const inspector = new TextInspector(meter, text.length);
  inspector.inspect(text, isMentioned);
  return inspector.finish();
}

/** The same for an argument list: each entry is one word, whatever is in it. */
export function inspectWords(texts: readonly string[], isMentioned = false, meter = new WorkMeter()): TextFindings {
  const inspector = new TextInspector(meter, charsOf(texts) + texts.length);
  inspector.inspectWords(texts, isMentioned);
  return inspector.finish();
}

class TextInspector {
  private readonly dangers = new Set<Danger>();
  private isGitPush = false;
  private isForced = false;
  private depth = 0;
  private isScript = false;
  private variables = new ShellVariables();
  private readonly spentBefore: number;

  constructor(
    private readonly meter: WorkMeter,
    chars: number,
  ) {
    this.spentBefore = meter.spent;
    meter.beginText(chars);
  }

  finish(): TextFindings {
    const { dangers, isGitPush, isForced, meter } = this;
    meter.endText();
    return { dangers, isGitPush, isForced, isUnexamined: meter.isExhausted, steps: meter.spent - this.spentBefore };
  }

  inspect(text: string, isMentioned = false): void {
    if (this.depth > maxDepth) this.meter.giveUp();
    if (!this.meter.spend(stepsPerText + text.length / charsPerSearchStep)) return;
    if (isPlainProse(text)) return;
    if (!this.meter.spend(text.length / charsPerReadStep)) return;
    for (const danger of dangersOfCalls(text, this.meter)) this.dangers.add(danger);
    const tookProse = this.read(text, isMentioned);
    if (
      this.depth > 0 ||
      !tookProse ||
      text.length > maxScriptChars ||
      !this.meter.spend(text.length / charsPerReadStep)
    )
      return;
    this.isScript = true;
    this.read(text, isMentioned);
    this.isScript = false;
  }

  private read(text: string, isMentioned: boolean): boolean {
    const take = (command: Command) => this.inspectCommand(command);
    const reader = new ShellReader(text, this.variables, this.meter, take, this.isScript);
    reader.read(isMentioned);
    return reader.tookProse;
  }

  inspectWords(texts: readonly string[], mentioned: boolean): void {
    if (!this.meter.spend(stepsPerText + texts.length)) return;
    const [first = ''] = texts;
    if (!mayBegin(first)) {
      this.isForced ||= texts.some(isForceFlag);
      return;
    }
    const words = texts.map((text) => ({ text, quoted: false, fetched: false }));
    const none = { passages: [], substitutions: [], outputs: [], inputs: [], upstream: undefined, background: false };
    this.inspectCommand({ words, mentioned, ...none, functions: new Set(), body: undefined });
  }

  /** As a shell of its own: the variables it sets are gone after it. */
  private inspectInner(text: string): void {
    const outer = this.variables;
    this.variables = new ShellVariables(outer);
    this.inspectHere(text);
    this.variables = outer;
  }

  private inspectHere(text: string): void {
    this.depth += 1;
    this.inspect(text);
    this.depth -= 1;
  }

  private inspectCommand(command: Command): Invocation | undefined {
    const calls = invocationsOf(command, this.meter);
    for (const call of calls) this.inspectCall(this.withInput(call, command), command);
    const [first] = calls;
    this.inspectRedirections(command);
    this.inspectForce(command.words, first?.program ?? '');
    if (first && this.isForkBomb(first.program, command)) this.dangers.add('fork-bomb');
    if (!first || !isSayer(first)) for (const passage of command.passages) this.inspectPassage(passage);
    else for (const text of command.substitutions) this.inspectInner(text);
    return first;
  }

  /** A shell reads it as it stands, a program of another language may read `\x72` as a letter. */
  private inspectPassage(passage: string): void {
    this.inspectInner(passage);
    if (hasNumberedCharacter(passage) && this.meter.spend(2 * passage.length))
      this.inspectInner(decodeEscapes(passage));
  }

  private inspectCall(call: Invocation, command: Command): void {
    const { program, args } = call;
    const patterns = patternsByProgram.get(program);
    const steps = patterns
      ? args.length * stepsPerArgument + charsOf(args.map(({ text }) => text)) / charsPerSearchStep
      : 0;
    for (const pattern of patterns ?? []) {
      if (!this.meter.spend(steps + 1)) return;
      if (pattern.matches({ program, args, command })) this.dangers.add(pattern.danger);
    }
    if (program === 'git') this.inspectGit(args);
    if (program === 'eval') this.inspectHere(args.map(({ text }) => text).join(' '));
    if (program === '.' || program === 'source') this.inspectPrinted(args[0]?.file);
    if (shells.has(program)) this.inspectShell(args, command);
    if (inputRunners.has(program)) this.inspectInput(command);
    const inline = interpreters.get(program);
    if (inline) this.inspectInterpreter(args, inline, command);
    if (args.length === 0 && command.words.at(-1)?.fetched) this.dangers.add('code-injection');
  }

  private inspectGit(args: readonly Word[]): void {
    if (!this.meter.spend(args.length * stepsPerArgument * readsOfPush)) return;
    const push = readGitPush(args);
    this.isGitPush ||= push !== undefined;
    this.isForced ||= push?.isForced ?? false;
  }

  private inspectShell(args: readonly Word[], command: Command): void {
    const at = args.findIndex(({ text }) => hasFlagLetter(text, 'c'));
    if (at < 0) return this.inspectProgram(args, command);
    const script = args.slice(at + 1).find(isOperand);
    if (script?.fetched) this.dangers.add('code-injection');
    if (script) this.inspectInner(script.text);
  }

  private inspectInterpreter(args: readonly Word[], inline: ReadonlySet<string>, command: Command): void {
    const at = args.findIndex(({ text }) => inline.has(text));
    if (at < 0) return this.inspectProgram(args, command);
    const code = args[at + 1];
    if (code && (code.fetched || isObfuscated(code.text))) this.dangers.add('code-injection');
  }

  /** The program text comes from a file, or else from the input. */
  private inspectProgram(args: readonly Word[], command: Command): void {
    const file = args.find(isOperand);
    if (file?.fetched) this.dangers.add('code-injection');
    this.inspectPrinted(file?.file);
    const readsInput = file === undefined || inputFiles.has(file.text) || args.some(({ text }) => text === '-s');
    if (readsInput) this.inspectInput(command);
  }

  /** The command runs what it is given on its input. */
  private inspectInput({ upstream }: Command): void {
    this.inspectPrinted(upstream);
  }

  /** What commands printed is run. */
  private inspectPrinted(printed: Printed | undefined): void {
    if (!printed) return;
    if (printed.fetched || printed.altered) this.dangers.add('code-injection');
    if (printed.text !== undefined) this.inspectInner(printed.text);
  }

  private withInput(call: Invocation, { upstream }: Command): Invocation {
    const text = call.takesInputAsArgs ? upstream?.text : undefined;
    if (text === undefined || !this.meter.spend(text.length + call.args.length)) return call;
    const more = text.split(/\s+/).map((word) => ({ text: word, quoted: false, fetched: upstream!.fetched }));
    return { ...call, args: [...call.args, ...more] };
  }

  private inspectRedirections({ inputs, outputs }: Command): void {
    if (inputs.some(isCredentialFile)) this.dangers.add('credential-read');
    for (const file of outputs) {
      if (isDevice(file)) this.dangers.add('disk-overwrite');
      if (isKernelTrigger(file)) this.dangers.add('system-stop');
      if (file.startsWith('/dev/tcp/') || file.startsWith('/dev/udp/')) this.dangers.add('code-injection');
    }
  }

  private inspectForce(words: readonly Word[], program: string): void {
    if (forceIsUsual.has(program)) return;
    this.isForced ||= words.some(({ text }) => isForceFlag(text));
  }

  /** A function or a script that starts itself into a pipe, or in the background of its own body. */
  private isForkBomb(program: string, { upstream, background, functions, body }: Command): boolean {
    const isSelf = functions.has(program) || selfNames.has(program);
    return isSelf && (upstream?.from === program || (background && body === program));
  }
}

function charsOf(texts: readonly string[]): number {
  return texts.reduce((sum, text) => sum + text.length, 0);
}

function isForceFlag(text: string): boolean {
  return text.startsWith('-') && forceFlags.has(text.toLowerCase().split('=', 1)[0]!);
}

function isSayer({ program, args }: Invocation): boolean {
  return sayers.has(program) || (program === 'git' && sayingOfGit.has(subcommandOf(args)?.name ?? ''));
}

function isOperand({ text }: Word, at: number, args: readonly Word[]): boolean {
  return text === '-' || (!/^[-+]/.test(text) && !optionsOfShell.has(args[at - 1]?.text ?? ''));
}

/** Only words, and the first is no known program. Most texts are: ids, titles, sentences. */
function isPlainProse(text: string): boolean {
  if (/[\n\r;&|()<>\\'"$`{=]/.test(text) || /-force/i.test(text)) return false;
  return !mayBegin(/^\s*([^ \t]*)/.exec(text)![1]!);
}

/** Whether a command that somebody here knows may begin with it. */
function mayBegin(text: string): boolean {
  const first = { text, quoted: false, fetched: false };
  return isPrefix(first) || isKnownProgram(first);
}
