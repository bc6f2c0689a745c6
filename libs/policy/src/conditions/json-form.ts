import { limits, type Json } from '#libs/contracts';
import { EvaluationFailure, LimitReached } from './expression-error.js';
import type { Value, ValueMap } from './expression-value.js';
import { expressionLimits, valueTooLarge, type StepBudget } from './step-budget.js';

/**
 * The value as JSON, at most 1 MB and 32 levels of it. Throws EvaluationFailure for an int that readers of JSON would
 * round (`string(x)` is exact) and for a double that is not finite.
 */
export function jsonForm(value: Value, budget: StepBudget): Json {
  const json = new JsonForm(budget).of(value, 0);
  if (Buffer.byteLength(JSON.stringify(json)) > expressionLimits.maxValueBytes) throw valueTooLarge();
  return json;
}

class JsonForm {
  private chars = 0;

  constructor(private readonly budget: StepBudget) {}

  /** The value itself where nothing in it must be changed: most values are parts of outputs, and large. */
  of(value: Value, depth: number): Json {
    if (typeof value === 'string') this.count(value.length);
    else this.count(1);
    if (typeof value === 'bigint') return formOfInt(value);
    if (typeof value === 'number') return formOfDouble(value);
    if (typeof value !== 'object' || value === null) return value;
    if (depth >= limits.maxJsonDepth) {
      throw new LimitReached(`the value is nested deeper than ${limits.maxJsonDepth} levels, which is the limit`);
    }
    return Array.isArray(value) ? this.ofList(value, depth + 1) : this.ofMap(value, depth + 1);
  }

  private ofList(list: readonly Value[], depth: number): Json {
    const forms = list.map((element) => this.of(element, depth));
    return forms.every((form, at) => Object.is(form, list[at])) ? (list as Json[]) : forms;
  }

  private ofMap(map: ValueMap, depth: number): Json {
    const entries = Object.entries(map).map(([key, element]) => {
      this.count(key.length);
      return [key, this.of(element, depth)] as const;
    });
    return entries.every(([key, form]) => Object.is(form, map[key])) ? (map as Json) : Object.fromEntries(entries);
  }

  /** Before anything is written out: a value may hold one large text many times. */
  private count(chars: number): void {
    this.budget.spend(1);
    this.budget.spendText(chars);
    this.chars += chars;
    if (this.chars > expressionLimits.maxValueBytes) throw valueTooLarge();
  }
}

/** The value as a whole has no place in the text but its start. */
const wholeText = 0;

function formOfInt(value: bigint): Json {
  const number = Number(value);
  if (Number.isSafeInteger(number)) return number;
  throw new EvaluationFailure(`the int ${value} is beyond 2^53, where JSON is rounded; write string(x)`, wholeText);
}

function formOfDouble(value: number): Json {
  if (!Number.isFinite(value)) throw new EvaluationFailure(`the double ${value} has no form in JSON`, wholeText);
  // "-0" is a number of its own for some readers.
  return value === 0 ? 0 : value;
}
