import type { Socket } from 'node:net';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import type { ConnectionError, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { CocError, limits } from '#libs/contracts';
import { asksForWebSocket } from '../stream/web-socket.door.js';
import { parseJsonBody } from './json-body.parser.js';
import { problemFrom, problemOf, sendProblem } from './problem.js';

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
  // What else asks for another protocol (curl --http2) is answered in this one.
  http: { shouldUpgradeCallback: asksForWebSocket },
} as const;

function answerUnroutable(error: Error, request: FastifyRequest, reply: FastifyReply): void {
  sendProblem(reply, problemOf(error, request));
}

/** A submit takes milliseconds; a browser's spare connection, which never asks for anything, would hold the process for ever. */
const drainMs = 2_000;

const unreadable: Partial<Record<string, string>> = {
  HPE_HEADER_OVERFLOW: 'its headers are over 16 KB',
  ERR_HTTP_REQUEST_TIMEOUT: `it took longer than ${settings.requestTimeout / 1_000} s`,
};

/** What Node could not read as a request never reaches a route; without this the answer would be no problem but Fastify's own text. */
function answerUnreadable(error: ConnectionError, socket: Socket): void {
  if (error.code === 'ECONNRESET' || !socket.writable) return void socket.destroy();
  const reason = unreadable[error.code ?? ''] ?? 'it is not HTTP';
  const problem = problemFrom(new CocError('REQUEST_INVALID', `the request cannot be read: ${reason}`));
  const body = JSON.stringify(problem);
  const head = [
    `HTTP/1.1 ${problem.status} Bad Request`,
    'content-type: application/problem+json; charset=utf-8',
    `content-length: ${Buffer.byteLength(body)}`,
    'cache-control: no-store',
    'x-content-type-options: nosniff',
    'connection: close',
  ];
  socket.end(`${head.join('\r\n')}\r\n\r\n${body}`, () => socket.destroy());
}

/** Whoever is being answered gets the answer; kept alive, its connection would hold the process for another 72 s. */
function drainOnClose(fastify: FastifyInstance): void {
  let isDraining = false;
  fastify.addHook('preClose', (done) => {
    isDraining = true;
    setTimeout(() => fastify.server.closeAllConnections(), drainMs).unref();
    done();
  });
  fastify.addHook('onSend', (_request, reply, _payload, done) => {
    if (isDraining) reply.header('connection', 'close');
    done();
  });
}

/** Nest on Fastify for an API that takes JSON and nothing else: any other body is refused with 415. */
export class JsonAdapter extends FastifyAdapter {
  constructor() {
    super({ ...settings, frameworkErrors: answerUnroutable, clientErrorHandler: answerUnreadable });
    const fastify = this.getInstance<FastifyInstance>();
    fastify.addHook('onRoute', (route) => {
      const rule: Partial<BodyRule> | undefined = route.config;
      if (rule?.maxBodyBytes !== undefined) route.bodyLimit = rule.maxBodyBytes;
    });
    drainOnClose(fastify);
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
