import { Worker } from 'bullmq';
import { serveParent } from './peer.js';

/** The same plain BullMQ worker for both sides: `PORT PREFIX QUEUE [CONCURRENCY WORK_MS]`. */
const [port, prefix, queue, concurrency = '100', workMs = '0'] = process.argv.slice(2) as [string, string, string];
const work = async (): Promise<number> => {
  if (workMs !== '0') await new Promise((resolve) => setTimeout(resolve, Number(workMs)));
  return 1;
};
const worker = new Worker(queue, work, {
  connection: { host: '127.0.0.1', port: Number(port), maxRetriesPerRequest: null },
  prefix,
  concurrency: Number(concurrency),
});
worker.on('error', (error) => process.stderr.write(`${error.message}\n`));
await worker.waitUntilReady();
serveParent({});
