/**
 * For one whole input. A step takes 30 to 120 ns, so this is a pause of 0.3 s, of 0.5 s on a busy machine. 1 MB of documents,
 * source code or rows takes 2 to 3.5 million.
 */
const maxSteps = 4_000_000;
const freeSteps = 256;
/** Ordinary text takes 1 to 4 steps a character: once for itself, once for each quotation it is inside of. */
const stepsPerChar = 24;

/** What all inputs of one submission may take together: 10,000 tasks may each bring their worst. A pause of 2 s; what is over it is unexamined. */
const maxStepsTogether = 30_000_000;

export class SharedWork {
  constructor(private left = maxStepsTogether) {}

  spend(steps: number): boolean {
    this.left -= steps;
    return this.left >= 0;
  }
}

/**
 * Counts the work on one input, each thing done at about the time it takes: characters searched, words compared, commands and values
 * begun. Each text of it has a bound
 * in proportion to its length, so that the work is linear, and all share a bound that no input can exceed.
 */
export class WorkMeter {
  spent = 0;
  isExhausted = false;
  bound = maxSteps;

  constructor(private readonly shared?: SharedWork) {}

  /** From here to `endText` the work is on a text of this length. */
  beginText(chars: number): void {
    this.bound = Math.min(maxSteps, this.spent + freeSteps + stepsPerChar * chars);
  }

  endText(): void {
    this.bound = maxSteps;
  }

  /** False, from then on, when this would exceed the bound: the caller leaves the work undone. */
  spend(steps: number): boolean {
    if (this.isExhausted || this.spent + Math.ceil(steps) > this.bound) return this.giveUp();
    this.spent += Math.ceil(steps);
    return (this.shared?.spend(Math.ceil(steps)) ?? true) || this.giveUp();
  }

  giveUp(): false {
    this.isExhausted = true;
    return false;
  }
}
