import { Queue } from 'bullmq';
import Fastify from 'fastify';
import { serveParent } from '../peer.js';

/** The baseline: a route that puts its body into a BullMQ queue, and nothing else. `PORT` */
const queue = new Queue('bare', {
  connection: { host: '127.0.0.1', port: Number(process.argv[2]), maxRetriesPerRequest: null },
  prefix: 'bull',
});
await queue.waitUntilReady();
const app = Fastify();
app.post('/directives', async (request, reply) => {
  const { id } = await queue.add('directive', request.body);
  return reply.status(202).send({ id });
});
const url = await app.listen({ host: '127.0.0.1', port: 0 });

serveParent({ target: async () => ({ url: `${url}/directives`, authorization: 'none' }) });
