import { StandardSchemaValidationPipe } from '@nestjs/common';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import { limits } from '#libs/contracts';
import type { Logger } from '#libs/telemetry';
import { bodyLimitOf, parseJsonBody } from './json-body.parser.js';
import { serveDocs } from './openapi.js';
import { ProblemFilter } from './problem.filter.js';
import { invalidRequest, type SchemaIssue } from './request-faults.js';

const requestTimeoutMs = 30_000;

export function createHttpAdapter(): FastifyAdapter {
  return new FastifyAdapter({
    bodyLimit: limits.maxSubmitBytes,
    requestTimeout: requestTimeoutMs,
    forceCloseConnections: true,
    routerOptions: { maxParamLength: 300 },
  });
}

/** Parsing, validation, errors, headers and docs of the API; called before the application is initialised. */
export function configureHttpApp(app: NestFastifyApplication, logger: Logger): void {
  app.useBodyParser('application/json', {}, (request, bytes, done) => {
    try {
      done(null, parseJsonBody(bytes, bodyLimitOf(request.method ?? '', (request.url ?? '').split('?', 1)[0]!)));
    } catch (error) {
      done(error as Error);
    }
  });
  app.useGlobalPipes(
    new StandardSchemaValidationPipe({
      exceptionFactory: (issues) => invalidRequest(issues as readonly SchemaIssue[]),
    }),
  );
  app.useGlobalFilters(new ProblemFilter(logger));
  const fastify = app.getHttpAdapter().getInstance();
  fastify.addHook('onSend', async (_request, reply) => {
    reply.header('x-content-type-options', 'nosniff');
    if (!reply.hasHeader('cache-control')) reply.header('cache-control', 'no-store');
  });
  serveDocs(app);
}
