import type { Reference } from '#libs/contracts';
import { checkExpression } from './check-expression.js';

/** Reading expressions takes some 0.3 to 0.9 µs a character, and up to 10 µs for a short one. */
const minCharged = 50;
const maxCharged = 1_000_000;

/** How much of expressions one request may hold: a body of 8 MB of them would be read for 8 s. */
export class ExpressionAllowance {
  private left = maxCharged;

  /** Why the expression is not looked at, or undefined. */
  refuse(text: string): string | undefined {
    this.left -= Math.max(text.length, minCharged);
    if (this.left >= 0) return undefined;
    return `the expressions have more than ${maxCharged} characters together (each counts for ${minCharged} at least)`;
  }
}

/** What an expression reads, as the references that would read the same, or why it cannot be used. */
export function referencesOfExpression(
  text: string,
  allowance: ExpressionAllowance,
): { references: Reference[] } | { fault: string } {
  const refusal = allowance.refuse(text);
  if (refusal !== undefined) return { fault: refusal };
  const checked = checkExpression(text);
  if ('fault' in checked) return checked;
  const { tasks, input, item } = checked.reads;
  const references: Reference[] = tasks.map((id) => ({ $task: id }));
  if (input) references.push({ $input: '' });
  if (item) references.push({ $item: '' });
  return { references };
}
