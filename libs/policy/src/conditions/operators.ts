import { EvaluationFailure, LimitReached } from './expression-error.js';
import { isMap, isNumber, kindOf, type Value, type ValueMap } from './expression-value.js';
import { expressionLimits, type StepBudget } from './step-budget.js';

/** `position` is where the operator stands, for the failure it may throw. */
export type Operator = (left: Value, right: Value, position: number, budget: StepBudget) => Value;

const minInt = -(2n ** 63n);
const maxInt = 2n ** 63n - 1n;

export function isInt64(value: bigint): boolean {
  return value >= minInt && value <= maxInt;
}

export function checkedInt(value: bigint, position: number): bigint {
  if (!isInt64(value)) throw new EvaluationFailure('the int is beyond 64 bits', position);
  return value;
}

/** Throws that `called` does not take values of these kinds. */
export function refuseKinds(called: string, values: readonly Value[], position: number): never {
  throw new EvaluationFailure(`${called} does not take (${values.map(kindOf).join(', ')})`, position);
}

const ofInts = {
  '+': (left: bigint, right: bigint) => left + right,
  '-': (left: bigint, right: bigint) => left - right,
  '*': (left: bigint, right: bigint) => left * right,
  '/': (left: bigint, right: bigint) => left / right,
};

const ofDoubles = {
  '+': (left: number, right: number) => left + right,
  '-': (left: number, right: number) => left - right,
  '*': (left: number, right: number) => left * right,
  '/': (left: number, right: number) => left / right,
};

/** CEL has no `int + double`. It is taken here, and is a double: every number of JSON is one, and `n + 1` must work. */
function calculate(operator: keyof typeof ofInts, left: Value, right: Value, position: number): Value {
  if (typeof left === 'bigint' && typeof right === 'bigint') {
    if (operator === '/' && right === 0n) throw new EvaluationFailure('division by zero', position);
    return checkedInt(ofInts[operator](left, right), position);
  }
  if (isNumber(left) && isNumber(right)) return ofDoubles[operator](Number(left), Number(right));
  return refuseKinds(operator, [left, right], position);
}

function add(left: Value, right: Value, position: number, budget: StepBudget): Value {
  if (typeof left === 'string' && typeof right === 'string') {
    budget.spendNewText(left.length + right.length);
    return left + right;
  }
  if (Array.isArray(left) && Array.isArray(right)) {
    budget.spend(left.length + right.length);
    return left.concat(right);
  }
  return calculate('+', left, right, position);
}

function remainder(left: Value, right: Value, position: number): Value {
  if (typeof left === 'bigint' && typeof right === 'bigint') {
    if (right === 0n) throw new EvaluationFailure('division by zero', position);
    return left % right;
  }
  if (!isNumber(left) || !isNumber(right)) return refuseKinds('%', [left, right], position);
  throw new EvaluationFailure('% takes two ints, and a number of JSON is a double: write int(x) % 2', position);
}

type Orderable = number | bigint | string;

/** int and double are compared exactly: JavaScript does not round when it compares a bigint with a number. */
function comparison(name: string, holds: (left: Orderable, right: Orderable) => boolean): Operator {
  return (left, right, position, budget) => {
    if (isNumber(left) && isNumber(right)) return holds(left, right);
    if (typeof left === 'boolean' && typeof right === 'boolean') return holds(Number(left), Number(right));
    if (typeof left !== 'string' || typeof right !== 'string') return refuseKinds(name, [left, right], position);
    budget.spendText(Math.min(left.length, right.length));
    return holds(left, right);
  };
}

/** Values of different kinds are not equal; 1 and 1.0 are. Costs a step for each pair of values it looks at. */
function areEqual(left: Value, right: Value, budget: StepBudget, depth = 0): boolean {
  if (depth > expressionLimits.maxDepth) throw new LimitReached('a value is nested too deeply to be compared');
  budget.spend(1);
  if (typeof left === 'bigint' && typeof right === 'number') return Number.isInteger(right) && BigInt(right) === left;
  if (typeof left === 'number' && typeof right === 'bigint') return Number.isInteger(left) && BigInt(left) === right;
  if (typeof left === 'string' && typeof right === 'string') {
    if (left.length !== right.length) return false;
    budget.spendText(left.length);
    return left === right;
  }
  if (Array.isArray(left)) return Array.isArray(right) && areListsEqual(left, right, budget, depth + 1);
  if (isMap(left)) return isMap(right) && areMapsEqual(left, right, budget, depth + 1);
  return left === right;
}

function areListsEqual(left: Value[], right: Value[], budget: StepBudget, depth: number): boolean {
  return left.length === right.length && left.every((value, at) => areEqual(value, right[at]!, budget, depth));
}

function areMapsEqual(left: ValueMap, right: ValueMap, budget: StepBudget, depth: number): boolean {
  const keys = Object.keys(left);
  const others = Object.keys(right).length;
  budget.spend(keys.length + others);
  if (keys.length !== others) return false;
  return keys.every((key) => Object.hasOwn(right, key) && areEqual(left[key]!, right[key]!, budget, depth));
}

function isIn(value: Value, container: Value, position: number, budget: StepBudget): boolean {
  if (Array.isArray(container)) return container.some((element) => areEqual(value, element, budget));
  if (!isMap(container)) return refuseKinds('in', [value, container], position);
  return typeof value === 'string' && Object.hasOwn(container, value);
}

/** The operators that always look at both sides. */
export const operators = {
  '+': add,
  '-': (left, right, position) => calculate('-', left, right, position),
  '*': (left, right, position) => calculate('*', left, right, position),
  '/': (left, right, position) => calculate('/', left, right, position),
  '%': remainder,
  '<': comparison('<', (left, right) => left < right),
  '<=': comparison('<=', (left, right) => left <= right),
  '>': comparison('>', (left, right) => left > right),
  '>=': comparison('>=', (left, right) => left >= right),
  '==': (left, right, _, budget) => areEqual(left, right, budget),
  '!=': (left, right, _, budget) => !areEqual(left, right, budget),
  in: isIn,
} satisfies Record<string, Operator>;

export function negate(value: Value, position: number): Value {
  if (typeof value === 'bigint') return checkedInt(-value, position);
  return typeof value === 'number' ? -value : refuseKinds('-', [value], position);
}

export function not(value: Value, position: number): Value {
  return typeof value === 'boolean' ? !value : refuseKinds('!', [value], position);
}
