import type { FastifyInstance } from 'fastify';
import { metricNames, type ProcessMetrics } from '#libs/telemetry';

const buckets = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 15];

/** How long requests took, by the route and not by the path, which has ids in it. Streams, which never end, are left out. */
export function measureRequests(fastify: FastifyInstance, { meter }: ProcessMetrics): void {
  const duration = meter.createHistogram(metricNames.httpDuration, {
    description: 'From the head of a request to the end of its answer',
    unit: 's',
    advice: { explicitBucketBoundaries: buckets },
  });
  fastify.addHook('onResponse', (request, reply, done) => {
    const route = request.is404 ? 'none' : (request.routeOptions.url ?? 'none');
    duration.record(reply.elapsedTime / 1_000, { method: request.method, route, status: reply.statusCode });
    done();
  });
}
