import type { ExpressionSources, Value } from './expression-value.js';
import type { StepBudget } from './step-budget.js';

/** One evaluation. `locals` are the elements that loops are at; each loop of the text has its own slot. */
export interface Run {
  sources: ExpressionSources;
  budget: StepBudget;
  locals: Value[];
}

/** A compiled part of an expression. Throws EvaluationFailure and LimitReached, and nothing else. */
export type Step = (run: Run) => Value;
