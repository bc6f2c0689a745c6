import { EvaluationFailure } from './expression-error.js';
import { isMap, isNumber, type Value } from './expression-value.js';
import { checkedInt } from './operators.js';
import type { StepBudget } from './step-budget.js';

/** The receiver of a method is its first value. undefined: it does not take values of these kinds. */
export type ExpressionFunction = (values: readonly Value[], position: number, budget: StepBudget) => Value | undefined;

function size([value]: readonly Value[], _: number, budget: StepBudget): Value | undefined {
  if (typeof value === 'string') return BigInt(countCharacters(value, budget));
  if (Array.isArray(value)) return BigInt(value.length);
  if (value === undefined || !isMap(value)) return undefined;
  const { length } = Object.keys(value);
  budget.spend(length);
  return BigInt(length);
}

/** CEL counts code points; JavaScript's `length` counts a surrogate pair twice. */
function countCharacters(text: string, budget: StepBudget): number {
  budget.spendText(4 * text.length);
  let count = 0;
  for (let at = 0; at < text.length; at += 1) {
    if (text.codePointAt(at)! > 0xff_ff) at += 1;
    count += 1;
  }
  return count;
}

const wholeNumber = /^[+-]?\d{1,19}$/;
// 40 digits are more than a double holds; on a longer text the pattern below would try each way to divide it.
const maxDigits = 40;
const decimalNumber = /^[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?$/;

function toInt([value]: readonly Value[], position: number): Value | undefined {
  if (typeof value === 'bigint') return value;
  if (typeof value === 'number' && Number.isFinite(value)) return checkedInt(BigInt(Math.trunc(value)), position);
  if (typeof value !== 'string') return undefined;
  if (!wholeNumber.test(value)) throw notThat(value, 'int', position);
  return checkedInt(BigInt(value.replace('+', '')), position);
}

function toDouble([value]: readonly Value[], position: number): Value | undefined {
  if (value !== undefined && isNumber(value)) return Number(value);
  if (typeof value !== 'string') return undefined;
  if (value.length > maxDigits || !decimalNumber.test(value)) throw notThat(value, 'double', position);
  return Number(value);
}

function toText([value]: readonly Value[]): Value | undefined {
  if (value === undefined || value === null || typeof value === 'object') return undefined;
  return String(value);
}

const truths: ReadonlyMap<string, boolean> = new Map([
  ...['1', 't', 'true', 'TRUE', 'True'].map((text) => [text, true] as const),
  ...['0', 'f', 'false', 'FALSE', 'False'].map((text) => [text, false] as const),
]);

function toBool([value]: readonly Value[], position: number): Value | undefined {
  if (typeof value === 'boolean') return value;
  if (typeof value !== 'string') return undefined;
  const truth = truths.get(value);
  if (truth === undefined) throw notThat(value, 'bool', position);
  return truth;
}

function notThat(text: string, kind: string, position: number): EvaluationFailure {
  return new EvaluationFailure(`${JSON.stringify(text.slice(0, maxDigits))} cannot be read as ${kind}`, position);
}

function ofTexts(call: (texts: readonly string[], budget: StepBudget) => Value): ExpressionFunction {
  return (values, _, budget) => (values.every((value) => typeof value === 'string') ? call(values, budget) : undefined);
}

function searching(holds: (text: string, part: string) => boolean): ExpressionFunction {
  return ofTexts(([text, part], budget) => {
    budget.spendSearch(text!, part!);
    return holds(text!, part!);
  });
}

/** Only the 26 letters of ASCII. By code units: a pattern with a callback takes a hundred times as long. */
function changingCase(from: string, to: string): ExpressionFunction {
  const first = from.codePointAt(0)!;
  const shift = to.codePointAt(0)! - first;
  return ofTexts(([text], budget) => {
    budget.spendText(4 * text!.length);
    const bytes = Buffer.from(text!, 'utf16le');
    for (let at = 0; at < bytes.length; at += 2) {
      const letter = bytes[at]! - first;
      if (bytes[at + 1] === 0 && letter >= 0 && letter < 26) bytes[at]! += shift;
    }
    return bytes.toString('utf16le');
  });
}

function trim([text]: readonly string[], budget: StepBudget): Value {
  budget.spendText(text!.length);
  return text!.trim();
}

function split([text, separator]: readonly string[], budget: StepBudget): Value {
  budget.spendSearch(text!, separator!);
  // By code points: half of a surrogate pair is not a text that JSON can carry.
  const parts = separator === '' ? Array.from(text!) : text!.split(separator!);
  budget.spend(parts.length);
  return parts;
}

function join([list, separator = '']: readonly Value[], _: number, budget: StepBudget): Value | undefined {
  if (!Array.isArray(list) || typeof separator !== 'string') return undefined;
  budget.spend(list.length);
  if (!list.every((text) => typeof text === 'string')) return undefined;
  budget.spendNewText(list.reduce((sum, text) => sum + text.length + separator.length, 0));
  return list.join(separator);
}

/** By name and number of arguments, a method with a dot before it. Why `matches` and times are missing: ADR 16. */
export const functions: ReadonlyMap<string, ExpressionFunction> = new Map<string, ExpressionFunction>([
  ['size/1', size],
  ['.size/0', size],
  ['int/1', toInt],
  ['double/1', toDouble],
  ['string/1', toText],
  ['bool/1', toBool],
  ['dyn/1', ([value]) => value],
  ['.contains/1', searching((text, part) => text.includes(part))],
  ['.startsWith/1', searching((text, part) => text.startsWith(part))],
  ['.endsWith/1', searching((text, part) => text.endsWith(part))],
  ['.lowerAscii/0', changingCase('A', 'a')],
  ['.upperAscii/0', changingCase('a', 'A')],
  ['.trim/0', ofTexts(trim)],
  ['.split/1', ofTexts(split)],
  ['.join/0', join],
  ['.join/1', join],
]);
