import { CocError, StartRefusal } from '#libs/contracts';

export interface RunningService {
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

/** Runs a service until SIGTERM or SIGINT, then drains it and exits 0; a second signal exits at once. Resolves when it has started. */
export async function runServiceProcess<Service extends RunningService>(
  boot: () => Promise<Service>,
): Promise<Service> {
  const started = boot();
  started.catch(fail);
  let isClosing = false;
  const close = (): void => {
    if (isClosing) process.exit(1);
    isClosing = true;
    started.then((service) => service.close()).then(() => process.exit(0), fail);
  };
  process.on('SIGTERM', close).on('SIGINT', close);
  return started;
}
