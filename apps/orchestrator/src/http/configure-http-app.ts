import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import type { Replication } from '#libs/state';
import type { Logger } from '#libs/telemetry';
import { AnswerDeadline } from './answer-deadline.js';
import { JsonAdapter } from './json.adapter.js';
import { serveDocs } from './openapi.js';
import { ProblemFilter } from './problem.filter.js';
import { ReplicatedAnswer } from './replicated.interceptor.js';
import { RequestPipe } from './request.pipe.js';

export function createHttpAdapter(): JsonAdapter {
  return new JsonAdapter();
}

/** Validation, errors, headers and docs of the API; called before the application is initialised. */
export function configureHttpApp(
  app: NestFastifyApplication,
  logger: Logger,
  replication: Replication,
): AnswerDeadline {
  // The embedded default knows its one principal without a credential: a foreign page in their browser must not act as them.
  app.enableCsrfProtection();
  app.useGlobalPipes(new RequestPipe());
  const fastify = app.getHttpAdapter().getInstance();
  const filter = new ProblemFilter(logger);
  app.useGlobalFilters(filter);
  const deadline = new AnswerDeadline(filter.answer.bind(filter));
  deadline.watch(fastify);
  // An interceptor is a twentieth of a submit, also where it does nothing.
  if (replication.isAsked) app.useGlobalInterceptors(new ReplicatedAnswer(replication));
  fastify.addHook('onSend', (_request, reply, _payload, done) => {
    reply.header('x-content-type-options', 'nosniff');
    if (!reply.hasHeader('cache-control')) reply.header('cache-control', 'no-store');
    done();
  });
  serveDocs(app);
  return deadline;
}
