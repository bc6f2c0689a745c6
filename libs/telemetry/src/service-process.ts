import { CocError, StartRefusal } from '#libs/contracts';
import type { HealthCheck } from './health-check.js';
import { settledWithin } from './settled-within.js';

export interface RunningService {
  /** How long closing may take before the process ends all the same. */
  closeWithinMs?: number;
  /** Resolves with the reason when the service can do no more work and nothing but a new process helps. */
  broken?: Promise<string>;
  /** What must go on for it to be of use. */
  checks?: readonly HealthCheck[];
  close(): Promise<void>;
}

function fail(error: unknown): never {
  const text =
    error instanceof StartRefusal || error instanceof CocError
      ? error.message
      : error instanceof Error
        ? (error.stack ?? error.message)
        : String(error);
  process.stderr.write(`${text}\n`);
  process.exit(1);
}

/** Beyond the grace of what runs: time to say the last words to Redis. */
export const closeMarginMs = 5_000;
const defaultCloseWithinMs = 20_000;

function leave(withinMs: number): void {
  process.stderr.write(
    `Not everything was handed back within ${withinMs} ms, for Redis does not answer; others take it over. Exiting.\n`,
  );
}

/** Who waits for a Redis that is gone would wait for ever: the process ends, and what it held is repaired by others. */
async function closeInTime(booting: Promise<RunningService>): Promise<void> {
  const begunAt = performance.now();
  // A boot that still waits for Redis holds nothing yet.
  let withinMs = closeMarginMs;
  const closing = booting.then(async (service) => {
    withinMs = service.closeWithinMs ?? defaultCloseWithinMs;
    return settledWithin(service.close(), withinMs - (performance.now() - begunAt));
  });
  const isBooted = await settledWithin(booting, closeMarginMs);
  if (!isBooted || !(await closing)) leave(withinMs);
}

/**
 * Runs a service until SIGTERM or SIGINT, then drains it and exits 0, with or without Redis; a second signal exits 1 at once. Resolves when it has
 * started.
 */
export async function runServiceProcess<Service extends RunningService>(
  boot: () => Promise<Service>,
): Promise<Service> {
  const started = boot();
  started.catch(fail);
  // Not drained first: what it held is repaired by others, and it could not drain.
  void started.then(
    async ({ broken }) => broken && fail(new StartRefusal(`${await broken}; exiting.`)),
    () => undefined,
  );
  let isClosing = false;
  const close = (): void => {
    if (isClosing) process.exit(1);
    isClosing = true;
    closeInTime(started).then(() => process.exit(0), fail);
  };
  process.on('SIGTERM', close).on('SIGINT', close);
  return started;
}
