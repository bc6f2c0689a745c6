/** The text is not an expression that can be used. `position` counts characters from 0. */
export class ExpressionFault extends Error {
  constructor(
    message: string,
    readonly position: number,
  ) {
    super(message);
    this.name = new.target.name;
  }
}

/**
 * Thrown when a value is missing or of the wrong kind. As CEL says, `&&`, `||`, `all` and `exists` may hold without it.
 * No Error: the stack of one costs 20 µs, and an expression may fail at each of 10,000 elements and hold all the same.
 */
export class EvaluationFailure {
  constructor(
    readonly message: string,
    readonly position: number,
  ) {}
}

/** The expression asks for more than it may have. Nothing inside an expression can do without it. */
export class LimitReached extends Error {
  constructor(message: string) {
    super(message);
    this.name = new.target.name;
  }
}

/** People count from 1. */
export function atCharacter({ message, position }: { message: string; position: number }): string {
  return `${message} (at character ${position + 1})`;
}
