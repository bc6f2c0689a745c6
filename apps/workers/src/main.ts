import 'reflect-metadata';
import { EnvError, loadEnv } from '#libs/config';
import { CocError } from '#libs/contracts';
import { RedisUnfitError } from '#libs/state';
import { createLogger } from '#libs/telemetry';
import { bootWorkers } from './boot-workers.js';

async function main(): Promise<void> {
  const env = loadEnv();
  const host = await bootWorkers(env, createLogger('workers', env.logLevel));
  let isClosing = false;
  const close = () => {
    if (isClosing) process.exit(1);
    isClosing = true;
    host.close().then(() => process.exit(0), fail);
  };
  process.on('SIGTERM', close).on('SIGINT', close);
}

function fail(error: unknown): never {
  const isForPeople =
    error instanceof EnvError || error instanceof RedisUnfitError || error instanceof CocError;
  process.stderr.write(`${isForPeople ? error.message : String((error as Error).stack ?? error)}\n`);
  process.exit(1);
}

main().catch(fail);
