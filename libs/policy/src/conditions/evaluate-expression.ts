import type { Json } from '#libs/contracts';
import type { PolicyFailure } from '../policy-failure.js';
import { checkedExpression } from './check-expression.js';
import { atCharacter, EvaluationFailure, LimitReached } from './expression-error.js';
import { kindOf, type ExpressionSources } from './expression-value.js';
import { jsonForm } from './json-form.js';
import { StepBudget } from './step-budget.js';

/**
 * The value of an expression, or why it has none: EXPRESSION_INVALID (refused at submit already), EXPRESSION_FAILED (a
 * missing key, a wrong type), EXPRESSION_LIMIT. The same text and sources always give the same.
 */
export function evaluateExpression(
  text: string,
  sources: ExpressionSources,
  budget = new StepBudget(),
): { value: Json } | { failure: PolicyFailure } {
  const checked = checkedExpression(text);
  if ('fault' in checked) return failure('EXPRESSION_INVALID', text, checked.fault);
  try {
    return { value: jsonForm(checked.expression.step({ sources, budget, locals: [] }), budget) };
  } catch (error) {
    if (error instanceof LimitReached) return failure('EXPRESSION_LIMIT', text, error.message);
    if (error instanceof EvaluationFailure) return failure('EXPRESSION_FAILED', text, atCharacter(error));
    throw error;
  }
}

/** Whether a task's condition holds. A value that is no bool is the failure CONDITION_NOT_BOOLEAN: nothing counts as true. */
export function evaluateCondition(
  text: string,
  sources: ExpressionSources,
): { holds: boolean } | { failure: PolicyFailure } {
  const evaluated = evaluateExpression(text, sources);
  if ('failure' in evaluated) return evaluated;
  if (typeof evaluated.value === 'boolean') return { holds: evaluated.value };
  return failure(
    'CONDITION_NOT_BOOLEAN',
    text,
    `a condition is true or false, and this is of type ${kindOf(evaluated.value)}`,
  );
}

function failure(code: string, text: string, why: string): { failure: PolicyFailure } {
  const shown = text.length > 200 ? `${text.slice(0, 200)}…` : text;
  return { failure: { code, message: `the expression ${JSON.stringify(shown)} has no value: ${why}` } };
}
