import type { Danger } from './dangerous-patterns.js';
import { isVitalPath } from './vital-paths.js';
import type { WorkMeter } from './work-meter.js';

/** Calls that run a text, bare or of one of these owners: `model.eval()` and `regex.exec(text)` are none. */
const runners = new Set(['eval', 'exec', 'execScript']);
const owners = new Set('window global globalThis self builtins __builtins__ child_process cp'.split(' '));
/** Calls that delete a folder with all that is in it. */
const deleters = new Set('rmtree rmSync rm rmdirSync rimraf rm_rf RemoveAll remove_dir_all'.split(' '));
const maxNameChars = 64;
const maxPathChars = 64;
const stepsPerBracket = 8;

/** What decodes a text, and what runs one: a program on a command line that does both hides what it runs. */
const decoding =
  /base64|b64decode|atob\(|fromcharcode|unhexlify|fromhex|['"]hex['"]|chr\(|zlib|marshal|rot_?13|\[::-1\]|reverse\(\)|pack\(|unescape\(/i;
const running = /eval|exec|system|popen|spawn|subprocess|child_process|function\(|__import__|import_module|getattr/i;

/** Dangers that a text has as a program in JavaScript, Python or a language like them, read without its grammar. */
export function dangersOfCalls(text: string, meter: WorkMeter): Set<Danger> {
  const found = new Set<Danger>();
  for (let at = text.indexOf('('); at >= 0; at = text.indexOf('(', at + 1)) {
    if (!meter.spend(stepsPerBracket)) break;
    const danger = dangerOfCall(text, at);
    if (danger) found.add(danger);
  }
  return found;
}

/** A program on a command line that runs what it decodes, or copies of itself. */
export function isObfuscated(code: string): boolean {
  const forks = /fork/i.test(code) && /\b(while|for)\b/i.test(code);
  return forks || (decoding.test(code) && running.test(code));
}

function dangerOfCall(text: string, bracket: number): Danger | undefined {
  const name = nameBefore(text, bracket);
  const dot = name.lastIndexOf('.');
  const called = name.slice(dot + 1);
  if (deleters.has(called)) return isVitalPath(firstText(text, bracket + 1)) ? 'recursive-delete' : undefined;
  if (!runners.has(called) && name !== 'Function') return undefined;
  const start = bracket - name.length;
  const before = text.slice(Math.max(0, start - maxNameChars), start);
  return hasArgument(text, bracket + 1) && isRunner(name, dot, before) ? 'code-injection' : undefined;
}

function isRunner(name: string, dot: number, before: string): boolean {
  if (name === 'Function') return before.endsWith('new ');
  if (dot < 0) return !/(^|\s)(function|def|async)\s$/.test(before);
  // `require('child_process').exec(…)`: the owner is a call.
  if (dot === 0) return /child_process["'`]\)$/.test(before);
  return owners.has(name.slice(name.lastIndexOf('.', dot - 1) + 1, dot));
}

function nameBefore(text: string, end: number): string {
  let start = end;
  while (start > 0 && end - start < maxNameChars && isNameCode(text.charCodeAt(start - 1))) start -= 1;
  return text.slice(start, end);
}

/** Letters, digits, `_`, `$` and the dot between names. */
function isNameCode(code: number): boolean {
  const isLetter = (code >= 0x61 && code <= 0x7a) || (code >= 0x41 && code <= 0x5a);
  return isLetter || (code >= 0x30 && code <= 0x39) || code === 0x5f || code === 0x24 || code === 0x2e;
}

function hasArgument(text: string, from: number): boolean {
  let at = from;
  while (text[at] === ' ' || text[at] === '\n') at += 1;
  return at < text.length && text[at] !== ')';
}

/** The string literal that begins at the first argument, or nothing. */
function firstText(text: string, from: number): string {
  const quote = text[from];
  if (quote !== '"' && quote !== "'" && quote !== '`') return '';
  const end = text.slice(from + 1, from + 1 + maxPathChars).indexOf(quote);
  return end < 0 ? '' : text.slice(from + 1, from + 1 + end);
}
