import { Worker } from 'bullmq';
import { serveParent } from './peer.js';

/** The same plain BullMQ worker for both sides: `PORT PREFIX QUEUE`. */
const [port, prefix, queue] = process.argv.slice(2) as [string, string, string];
const worker = new Worker(queue, async () => 1, {
  connection: { host: '127.0.0.1', port: Number(port), maxRetriesPerRequest: null },
  prefix,
  concurrency: 100,
});
worker.on('error', (error) => process.stderr.write(`${error.message}\n`));
await worker.waitUntilReady();
serveParent({});
