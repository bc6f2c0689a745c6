import { compileExpression, type CompiledExpression, type ExpressionReads } from './compile-expression.js';
import { atCharacter, ExpressionFault } from './expression-error.js';
import { expressionLimits } from './step-budget.js';

export type CheckedExpression = { expression: CompiledExpression } | { fault: string };

/** The children of a fan-out share one text, and a text is looked at when it is submitted, stored and evaluated. */
const checkedByText = new Map<string, CheckedExpression>();
const maxKept = 256;

export function checkedExpression(text: string): CheckedExpression {
  const kept = checkedByText.get(text);
  if (kept) return kept;
  const checked = compileOrFault(text);
  if (text.length > expressionLimits.maxChars) return checked;
  if (checkedByText.size >= maxKept) checkedByText.delete(checkedByText.keys().next().value!);
  checkedByText.set(text, checked);
  return checked;
}

function compileOrFault(text: string): CheckedExpression {
  try {
    return { expression: compileExpression(text) };
  } catch (error) {
    if (error instanceof ExpressionFault) return { fault: atCharacter(error) };
    throw error;
  }
}

/**
 * What the expression reads, or why it cannot be used, with the place. An accepted expression fails later only for its
 * values and for limits, never for its form or for a name.
 */
export function checkExpression(text: string): { reads: ExpressionReads } | { fault: string } {
  const checked = checkedExpression(text);
  return 'fault' in checked ? checked : { reads: checked.expression.reads };
}
