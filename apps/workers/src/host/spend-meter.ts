import { Usage, microUsdFromUsd, type Assignment } from '#libs/contracts';
import { ActionError } from './action-error.js';

/** Adds up what one attempt spends and says when it exceeds the assignment's budget; a maximum of 0 sets none. */
export class SpendMeter {
  private costUsd = 0;
  private tokens = 0;
  private hasSpent = false;

  constructor(private readonly budget: Assignment['budget']) {}

  /** Throws BUDGET_EXCEEDED once the sum is over a maximum; what was spent stays counted. */
  spend(spent: Usage): void {
    const { costUsd = 0, tokens = 0 } = Usage.parse(spent);
    this.hasSpent = true;
    this.costUsd += costUsd;
    this.tokens += tokens;
    const { maxCostUsd, maxTokens } = this.budget;
    if (maxCostUsd > 0 && microUsdFromUsd(this.costUsd) > microUsdFromUsd(maxCostUsd)) {
      throw new ActionError('BUDGET_EXCEEDED', `spent ${this.costUsd} USD of ${maxCostUsd} granted`);
    }
    if (maxTokens > 0 && this.tokens > maxTokens) {
      throw new ActionError('BUDGET_EXCEEDED', `spent ${this.tokens} tokens of ${maxTokens} granted`);
    }
  }

  /** undefined when nothing was ever reported: then the executor charges the grant of a costed action. */
  usage(): Usage | undefined {
    return this.hasSpent ? { costUsd: this.costUsd, tokens: this.tokens } : undefined;
  }
}
