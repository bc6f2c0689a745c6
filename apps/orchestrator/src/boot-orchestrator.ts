import { NestFactory } from '@nestjs/core';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import type { Env } from '#libs/config';
import { StartRefusal } from '#libs/contracts';
import { checkArtifactStore, openArtifactStore, openInstallation } from '#libs/state';
import { NestLogger, closeMarginMs, tellOfConnectionLoss, type Logger, type RunningService } from '#libs/telemetry';
import { configureHttpApp, createHttpAdapter } from './http/configure-http-app.js';
import type { DirectiveIngress } from './http/directive-ingress.js';
import { openCredentials, openFrontGate } from './identity/open-front-gate.js';
import { refuseOpenHost } from './identity/refuse-open-host.js';
import { createOrchestratorContext } from './orchestrator.context.js';
import { OrchestratorModule } from './orchestrator.module.js';

export interface RunningOrchestrator extends RunningService {
  /** Where the API answers, with the port that was really taken. */
  url: string;
  /** The owner's key, as text: what a program that composes the orchestrator itself calls the API with. */
  ownerKey: string;
  /** The door behind HTTP, for a program that composes the orchestrator itself. */
  ingress: DirectiveIngress;
}

/** Somebody else listens there already. */
class PortInUseError extends StartRefusal {
  constructor(host: string, port: number, cause: unknown) {
    super(`Port ${port} on ${host} is taken; stop what listens there, or set COC_PORT.`, { cause });
  }
}

/** Starts the orchestrator on a fit Redis. Throws RedisUnfitError, PortInUseError, or a StartRefusal when artifacts cannot be kept. */
export async function bootOrchestrator(env: Env, logger: Logger): Promise<RunningOrchestrator> {
  refuseOpenHost(env);
  const credentials = await openCredentials(env);
  const artifacts = openArtifactStore(env.artifacts);
  const storeWarnings = await checkArtifactStore(artifacts);
  const installation = await openInstallation(env.redis, env.shards);
  for (const warning of [...installation.warnings, ...storeWarnings]) logger.warn(warning);
  tellOfConnectionLoss(installation.redis, logger);
  const context = createOrchestratorContext(env, logger, installation, artifacts);
  const app = await NestFactory.create<NestFastifyApplication>(OrchestratorModule.with(context), createHttpAdapter(), {
    logger: new NestLogger(logger),
    abortOnError: false,
  });
  const deadline = configureHttpApp(app, {
    logger,
    replication: installation.replication,
    gate: openFrontGate(env, installation, context.keyRing, credentials),
    corsOrigins: env.identity.corsOrigins,
  });
  // With the listener, not before: a client that comes again finds the next process, not this one on its way out.
  const fastify = app.getHttpAdapter().getInstance();
  fastify.addHook('preClose', async () => context.openStreams.close());
  context.webSockets.attach(fastify);
  const close = async (): Promise<void> => {
    const timer = setTimeout(() => deadline.endAll(), env.shutdownGraceMs);
    await app.close();
    clearTimeout(timer);
    await context.streams.stop();
    installation.redis.disconnect();
  };
  try {
    await app.listen(env.http.port, env.http.host);
  } catch (error) {
    await close();
    throw (error as { code?: string }).code === 'EADDRINUSE'
      ? new PortInUseError(env.http.host, env.http.port, error)
      : error;
  }
  const url = await app.getUrl();
  logger.info({ url }, 'orchestrator is running');
  const { broken } = app.get(OrchestratorModule);
  const { ownerKey } = credentials;
  return { url, ownerKey, ingress: context.ingress, broken, closeWithinMs: env.shutdownGraceMs + closeMarginMs, close };
}
