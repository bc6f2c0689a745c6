import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import type { Replication } from '#libs/state';
import { processMetrics, type Logger } from '#libs/telemetry';
import { fenceBrowsers } from '../identity/browser-fence.js';
import type { FrontGate } from '../identity/front-gate.js';
import { measureRequests } from '../metrics/http.meter.js';
import { AnswerDeadline } from './answer-deadline.js';
import { JsonAdapter } from './json.adapter.js';
import { serveDocs } from './openapi.js';
import { ProblemFilter } from './problem.filter.js';
import { ReplicatedAnswer } from './replicated.interceptor.js';
import { RequestPipe } from './request.pipe.js';

export function createHttpAdapter(): JsonAdapter {
  return new JsonAdapter();
}

export interface HttpParts {
  logger: Logger;
  replication: Replication;
  gate: FrontGate;
  corsOrigins: string[];
}

/** Who may come in, validation, errors, headers and docs of the API; called before the application is initialised. */
export function configureHttpApp(
  app: NestFastifyApplication,
  { logger, replication, gate, corsOrigins }: HttpParts,
): AnswerDeadline {
  const fastify = app.getHttpAdapter().getInstance();
  fenceBrowsers(fastify, corsOrigins);
  // No browser adds a bearer's key by itself; a foreign page that has one all the same must not use it either.
  app.enableCsrfProtection({ trustedOrigins: corsOrigins });
  gate.guard(fastify);
  measureRequests(fastify, processMetrics());
  app.useGlobalPipes(new RequestPipe());
  const filter = new ProblemFilter(logger);
  app.useGlobalFilters(filter);
  const deadline = new AnswerDeadline(filter.answer.bind(filter));
  deadline.watch(fastify);
  // An interceptor is a twentieth of a submit, also where it does nothing.
  if (replication.isAsked) app.useGlobalInterceptors(new ReplicatedAnswer(replication));
  fastify.addHook('onSend', (_request, reply, _payload, done) => {
    if (!reply.hasHeader('cache-control')) reply.header('cache-control', 'no-store');
    done();
  });
  serveDocs(app);
  return deadline;
}
