import { limits } from '#libs/contracts';
import { LimitReached } from './expression-error.js';

export const expressionLimits = {
  maxChars: 2_000,
  maxNodes: 1_000,
  /** The evaluation is recursive. */
  maxDepth: 100,
  maxValueBytes: limits.maxOutputBytes,
  /** 10,000 elements with 50 parts each. Of 12,000 made to take long none took over 0.11 s of a core. */
  maxSteps: 500_000,
} as const;

/** What an evaluation may still cost: the same on every machine, unlike a time. */
export class StepBudget {
  private left: number = expressionLimits.maxSteps;

  /** Throws LimitReached once all steps are spent, and from then on always. */
  spend(steps: number): void {
    this.left -= steps;
    if (this.left >= 0) return;
    const limit = `${expressionLimits.maxSteps} steps, which is the limit`;
    throw new LimitReached(`it takes more than ${limit}; leave what goes through long lists to a worker`);
  }

  /** Comparing or copying 64 characters takes about as long as a step. */
  spendText(chars: number): void {
    this.spend(Math.ceil(chars / 64));
  }

  /** To be asked before a text is made. */
  spendNewText(chars: number): void {
    if (chars > expressionLimits.maxValueBytes) throw valueTooLarge();
    this.spendText(chars);
  }

  /** At worst all of the part is compared at every place of the text: V8 has no linear search. */
  spendSearch(text: string, part: string): void {
    this.spend(1 + Math.ceil((text.length * Math.max(part.length, 8)) / 128));
  }
}

export function valueTooLarge(): LimitReached {
  return new LimitReached(`a value grows over ${expressionLimits.maxValueBytes} bytes, which is the limit`);
}
