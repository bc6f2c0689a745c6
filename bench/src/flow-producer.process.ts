import { FlowProducer, QueueEvents, type FlowJob } from 'bullmq';
import { serveParent } from './peer.js';
import { timeAll, timeEach } from './timing.js';

/** The baseline: BullMQ's FlowProducer doing the bare chain and fan. `PORT PREFIX QUEUE` */
const [port, prefix, queueName] = process.argv.slice(2) as [string, string, string];
const connection = { host: '127.0.0.1', port: Number(port), maxRetriesPerRequest: null };
const flows = new FlowProducer({ connection, prefix });
const events = new QueueEvents(queueName, { connection, prefix });
await events.waitUntilReady();

const waiting = new Map<string, () => void>();
events.on('completed', ({ jobId }) => {
  waiting.get(jobId)?.();
  waiting.delete(jobId);
});
const opts = { removeOnComplete: true };
const node = (name: string, children: FlowJob[] = []): FlowJob => ({ name, queueName, data: {}, opts, children });
let roots = 0;

async function submit(flow: FlowJob): Promise<void> {
  const jobId = `root-${process.pid}-${(roots += 1)}`;
  const done = new Promise<void>((resolve) => waiting.set(jobId, resolve));
  await flows.add({ ...flow, opts: { ...opts, jobId } });
  await done;
}

const chain = async (): Promise<void> => submit(node('c', [node('b', [node('a')])]));
const fan = async (width: number): Promise<void> =>
  submit(
    node(
      'join',
      Array.from({ length: width }, () => node('x')),
    ),
  );

serveParent({
  chains: async (count: number) => timeAll(count, chain),
  chainsOneByOne: async (count: number) => timeEach(count, chain),
  fan: async (width: number) => timeAll(1, async () => fan(width)),
});
