import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { bootExecutor } from '#apps/executor';
import { bootOrchestrator } from '#apps/orchestrator';
import { bootRecorder } from '#apps/recorder';
import { bootWorkers } from '#apps/workers';
import type { Env } from '#libs/config';
import { closeMarginMs, createLogger, type RunningService } from '#libs/telemetry';

export interface RunningEmbedded extends RunningService {
  url: string;
  /** What a program that composes the services itself calls the API with. */
  ownerKey: string;
}

/** Where `coc` finds the server of this machine. */
async function announce(dataDir: string, url: string): Promise<() => Promise<void>> {
  const file = join(dataDir, 'server.json');
  await mkdir(dataDir, { recursive: true });
  await writeFile(file, `${JSON.stringify({ url })}\n`);
  return async () => rm(file, { force: true });
}

/** Ends what was started, the last first: no orders come in while the rest drains. */
async function closeAll(services: RunningService[]): Promise<void> {
  for (const service of services.toReversed()) await service.close();
}

/** All services in one process: the same code that each main.ts starts alone. */
export async function bootEmbedded(env: Env): Promise<RunningEmbedded> {
  const services: RunningService[] = [];
  try {
    // First up and last down, so that the end of what the others do is recorded too.
    services.push(await bootRecorder(env, createLogger('recorder', env.logLevel)));
    services.push(await bootWorkers(env, createLogger('workers', env.logLevel)));
    // Whatever COC_ROLE says: it is about executors that run alone.
    const executor = { ...env.executor, role: 'all' as const };
    services.push(await bootExecutor({ ...env, executor }, createLogger('executor', env.logLevel)));
    const orchestrator = await bootOrchestrator(env, createLogger('orchestrator', env.logLevel));
    services.push(orchestrator, { close: await announce(env.dataDir, orchestrator.url) });
    return {
      url: orchestrator.url,
      ownerKey: orchestrator.ownerKey,
      closeWithinMs: env.shutdownGraceMs + closeMarginMs,
      broken: Promise.race(services.flatMap(({ broken }) => broken ?? [])),
      checks: services.flatMap(({ checks = [] }) => checks),
      close: async () => closeAll(services),
    };
  } catch (error) {
    await closeAll(services);
    throw error;
  }
}
