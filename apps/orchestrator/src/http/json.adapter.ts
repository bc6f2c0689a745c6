import { FastifyAdapter } from '@nestjs/platform-fastify';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { limits } from '#libs/contracts';
import { parseJsonBody } from './json-body.parser.js';
import { problemOf, sendProblem } from './problem.js';

/** What a route that takes more than 1 MB declares with `@RouteConfig`. */
export interface BodyRule {
  maxBodyBytes: number;
}

const settings = {
  // Until its last byte is here; a slow one holds a connection, not a worker.
  requestTimeout: 30_000,
  connectionTimeout: 60_000,
  forceCloseConnections: 'idle',
  bodyLimit: limits.maxBodyBytes,
  // A task id has 128 characters, each up to three in a path; an artifact id 94.
  routerOptions: { maxParamLength: 500 },
} as const;

function answerUnroutable(error: Error, request: FastifyRequest, reply: FastifyReply): void {
  sendProblem(reply, problemOf(error, request));
}

/** Nest on Fastify for an API that takes JSON and nothing else: any other body is refused with 415. */
export class JsonAdapter extends FastifyAdapter {
  constructor() {
    super({ ...settings, frameworkErrors: answerUnroutable });
    this.getInstance().addHook('onRoute', (route) => {
      const rule = route.config as Partial<BodyRule> | undefined;
      if (rule?.maxBodyBytes !== undefined) route.bodyLimit = rule.maxBodyBytes;
    });
  }

  override registerParserMiddleware(): void {
    const fastify = this.getInstance<FastifyInstance>();
    fastify.removeAllContentTypeParsers();
    fastify.addContentTypeParser('application/json', { parseAs: 'buffer' }, (_request, bytes, done) => {
      try {
        done(null, parseJsonBody(bytes as Buffer));
      } catch (error) {
        done(error as Error);
      }
    });
  }
}
