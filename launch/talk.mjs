/** What the person at the keyboard can act on: one sentence, no stack. */
export class LaunchError extends Error {
  name = 'LaunchError';
}

/** A signal came in a step that had to be tidied up first; `explain` then dies of that signal. */
export class Interrupted extends LaunchError {
  name = 'Interrupted';
  constructor(signal) {
    super(`Interrupted by ${signal}.`);
    this.signal = signal;
  }
}

/** Progress goes to stderr, because stdout belongs to the data of the started program. */
export function say(line) {
  process.stderr.write(`${line}\n`);
}

const isOfTheSystem = (error) => typeof error?.code === 'string' && typeof error?.syscall === 'string';

/** Runs the main function of a command. Its result is the exit code; an error ends with one sentence and code 1. */
export async function explain(main) {
  try {
    process.exitCode = await main();
  } catch (error) {
    if (error instanceof Interrupted) process.kill(process.pid, error.signal);
    say(error instanceof LaunchError || isOfTheSystem(error) ? error.message : String(error?.stack ?? error));
    process.exitCode = 1;
  }
}
