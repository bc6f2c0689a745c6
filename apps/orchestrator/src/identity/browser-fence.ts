import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';

const everywhere: Record<string, string> = {
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
  'referrer-policy': 'no-referrer',
  'cross-origin-resource-policy': 'same-site',
  'cross-origin-opener-policy': 'same-origin',
};

const apiPolicy = "default-src 'none'; frame-ancestors 'none'";
// The page of the docs brings its own scripts; its styles stand in it.
const docsPolicy =
  "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; frame-ancestors 'none'; base-uri 'none'";

const exposed = 'location, retry-after, ratelimit, ratelimit-policy, etag';
const preflightSeconds = 600;

/** What browsers are told: what a page of ours may do, and which other pages may call the API (`COC_CORS_ORIGINS`). */
export function fenceBrowsers(fastify: FastifyInstance, corsOrigins: readonly string[]): void {
  const allowed = new Set(corsOrigins);
  fastify.addHook('onRequest', async (request, reply) => {
    // On the raw answer, so that an event stream, which Fastify does not send, has them too.
    for (const [name, value] of Object.entries(everywhere)) reply.raw.setHeader(name, value);
    const isDocs = request.routeOptions.url?.startsWith('/docs') === true;
    reply.raw.setHeader('content-security-policy', isDocs ? docsPolicy : apiPolicy);
    return allowed.size > 0 ? answerOrigin(request, reply, allowed) : undefined;
  });
}

function answerOrigin(request: FastifyRequest, reply: FastifyReply, allowed: ReadonlySet<string>): unknown {
  reply.raw.setHeader('vary', 'origin');
  const { origin } = request.headers;
  if (origin === undefined || !allowed.has(origin)) return undefined;
  reply.raw.setHeader('access-control-allow-origin', origin);
  reply.raw.setHeader('access-control-expose-headers', exposed);
  const method = request.headers['access-control-request-method'];
  if (request.method !== 'OPTIONS' || method === undefined) return undefined;
  return reply
    .status(204)
    .header('access-control-allow-methods', 'GET, HEAD, POST, PUT, PATCH, DELETE')
    .header(
      'access-control-allow-headers',
      'authorization, content-type, idempotency-key, if-match, if-none-match, last-event-id, traceparent',
    )
    .header('access-control-max-age', preflightSeconds)
    .send();
}
