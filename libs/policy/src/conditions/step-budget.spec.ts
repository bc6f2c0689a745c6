import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { evaluateExpression } from './evaluate-expression.js';
import { LimitReached } from './expression-error.js';
import { expressionLimits, StepBudget } from './step-budget.js';

const { maxSteps } = expressionLimits;

/** Notes what is asked of it, and what is asked after the limit was met. */
class WatchedBudget extends StepBudget {
  asked = 0;
  askedAfterLimit = 0;
  private isMet = false;

  override spend(steps: number): void {
    if (this.isMet) this.askedAfterLimit += 1;
    this.asked += steps;
    this.isMet = true;
    super.spend(steps);
    this.isMet = false;
  }
}

function budgetOf(steps: number): WatchedBudget {
  const budget = new WatchedBudget();
  budget.spend(maxSteps - steps);
  budget.asked = 0;
  return budget;
}

const word = (...words: string[]) => fc.constantFrom(...words);
const joined = (...parts: fc.Arbitrary<string>[]) => fc.tuple(...parts).map((texts) => texts.join(''));
/** Loops in loops, and all that goes on after a failure. */
const { expression } = fc.letrec<{ expression: string }>((tie) => ({
  expression: fc.oneof(
    { maxDepth: 4, depthIdentifier: 'budget' },
    word('x', 'input', '1', '"text"', 'true', 'input[9]', '1 / 0', 'input.map(x, [x, x])', 'input + input'),
    joined(word('input'), word('.all(x, ', '.exists(x, ', '.map(x, ', '.filter(x, '), tie('expression'), word(')')),
    joined(word('('), tie('expression'), word(' || ', ' && ', ' == ', ' in '), tie('expression'), word(')')),
    joined(word('('), tie('expression'), word(') ? true : '), tie('expression')),
    joined(word('{"k": '), tie('expression'), word('}')),
  ),
}));
const texts = expression.map((text) => `[1].map(x, ${text})`);
const inputs = fc.array(fc.constantFrom<number | string | boolean>(1, 2.5, 'a', true), { maxLength: 6 });

function isRefused(act: () => void): boolean {
  try {
    act();
    return false;
  } catch (error) {
    if (error instanceof LimitReached) return true;
    throw error;
  }
}

describe('a step budget', () => {
  it('is met by the first step over it, and by everything after that', () => {
    const amounts = fc.array(fc.nat(Math.ceil(maxSteps / 3)), { maxLength: 8 });
    fc.assert(
      fc.property(amounts, (spent) => {
        const budget = new StepBudget();
        let sum = 0;
        for (const steps of [...spent, 0]) {
          sum += steps;
          expect(isRefused(() => budget.spend(steps))).toBe(sum > maxSteps);
        }
      }),
    );
  });

  it('refuses a text that is larger than a value may be, however many steps are left', () => {
    const { maxValueBytes } = expressionLimits;
    fc.assert(
      fc.property(fc.integer({ min: maxValueBytes - 2, max: maxValueBytes + 2 }), (chars) => {
        const budget = new StepBudget();
        expect(isRefused(() => budget.spendNewText(chars))).toBe(chars > maxValueBytes);
      }),
    );
  });
});

describe('an expression', () => {
  it('does no work after its steps are spent, whatever it would go on after', () => {
    fc.assert(
      fc.property(texts, inputs, fc.nat(300), (text, input, steps) => {
        const budget = budgetOf(steps);
        const evaluated = evaluateExpression(text, { tasks: () => undefined, input }, budget);
        expect(budget.askedAfterLimit).toBe(0);
        const code = 'failure' in evaluated ? evaluated.failure.code : undefined;
        expect(code === 'EXPRESSION_LIMIT').toBe(budget.asked > steps);
      }),
      { numRuns: 200 },
    );
  });

  it('has with few steps the value it has with many, or meets the limit', () => {
    fc.assert(
      fc.property(texts, inputs, fc.nat(300), (text, input, steps) => {
        const sources = { tasks: () => undefined, input };
        const ample = new WatchedBudget();
        const evaluated = evaluateExpression(text, sources, ample);
        expect(evaluateExpression(text, sources, budgetOf(ample.asked))).toEqual(evaluated);
        if (steps >= ample.asked) return;
        expect(evaluateExpression(text, sources, budgetOf(steps))).toHaveProperty('failure.code', 'EXPRESSION_LIMIT');
      }),
      { numRuns: 200 },
    );
  });
});
