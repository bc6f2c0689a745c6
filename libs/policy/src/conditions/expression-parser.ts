import { Environment, ParseError, type ASTNode } from '@marcbachmann/cel-js';
import { ExpressionFault } from './expression-error.js';
import { expressionLimits } from './step-budget.js';

export type { ASTNode } from '@marcbachmann/cel-js';

/** How many texts one environment reads. It keeps every function name it ever met: some 300 bytes each, at most 500 a text. */
const textsAnEnvironment = 100;

/** The grammar alone is the library's: evaluating is ours, because nothing of the library's can be interrupted (ADR 16). */
class ExpressionParser {
  private environment = newEnvironment();
  private texts = 0;

  /** Throws ExpressionFault. */
  parse(text: string): ASTNode {
    if (text.length > expressionLimits.maxChars) {
      const limit = `${expressionLimits.maxChars} is the limit`;
      throw new ExpressionFault(`an expression of ${text.length} characters is too long: ${limit}`, 0);
    }
    this.texts += 1;
    if (this.texts % textsAnEnvironment === 0) this.environment = newEnvironment();
    try {
      return this.environment.parse(text).ast;
    } catch (error) {
      throw faultOf(error);
    }
  }
}

function newEnvironment(): Environment {
  const { maxNodes, maxDepth } = expressionLimits;
  const environment = new Environment({ limits: { maxAstNodes: maxNodes, maxDepth } });
  // With a function of its own it keeps names for itself; otherwise in a table that all environments share for ever.
  return environment.registerFunction('coc_unused(): bool', () => true);
}

function faultOf(error: unknown): ExpressionFault {
  if (error instanceof ParseError) return new ExpressionFault(error.summary, error.range?.start ?? 0);
  return new ExpressionFault(error instanceof Error ? error.message : String(error), 0);
}

export const expressionParser = new ExpressionParser();
