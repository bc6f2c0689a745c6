import { CocError, StartRefusal } from '#libs/contracts';

export interface RunningService {
  /** How long closing may take before the process ends all the same. */
  closeWithinMs?: number;
  /** Resolves with the reason when the service can do no more work and nothing but a new process helps. */
  broken?: Promise<string>;
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

/** A client that waits for a Redis which is gone would wait for ever: the process ends, and what it held is repaired by others. */
async function closeInTime(service: RunningService): Promise<void> {
  const withinMs = service.closeWithinMs ?? defaultCloseWithinMs;
  const timer = setTimeout(() => fail(new StartRefusal(`Could not stop within ${withinMs} ms; exiting.`)), withinMs);
  await service.close();
  clearTimeout(timer);
}

/** Runs a service until SIGTERM or SIGINT, then drains it and exits 0; a second signal exits at once. Resolves when it has started. */
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
    started.then(closeInTime).then(() => process.exit(0), fail);
  };
  process.on('SIGTERM', close).on('SIGINT', close);
  return started;
}
