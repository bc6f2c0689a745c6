const freeSteps = 256;
/** Ordinary text takes 1 to 4 steps a character: once for itself, once for each quotation it is inside of. */
const stepsPerChar = 12;

/**
 * Counts the work on one text: characters read or copied, and words compared. The bound is a multiple of the text's length, so the
 * whole look is linear whatever the text says. Each text has a meter of its own: no text can use up the look at another.
 */
export class WorkMeter {
  spent = 0;
  isExhausted = false;
  readonly bound: number;

  constructor(chars: number) {
    this.bound = freeSteps + stepsPerChar * chars;
  }

  /** False, from then on, when this would exceed the bound: the caller leaves the work undone. */
  spend(steps: number): boolean {
    if (this.isExhausted || this.spent + steps > this.bound) return this.giveUp();
    this.spent += steps;
    return true;
  }

  giveUp(): false {
    this.isExhausted = true;
    return false;
  }
}
