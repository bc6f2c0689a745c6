import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { Queue, type Worker } from 'bullmq';
import { QueueWorker, queueOptions } from '#libs/queues';
import { Watchdog, openRedis } from '#libs/redis';
import { RoomsBed } from './rooms-bed.js';

let bed: RoomsBed;

beforeAll(async () => {
  bed = await RoomsBed.open();
});

afterAll(async () => bed.close());

interface Stage {
  worker: QueueWorker;
  made: Worker[];
  queue: Queue;
  done: (jobId: string) => Promise<void>;
}

async function openStage(name: string): Promise<Stage> {
  const finished = new Map<string, PromiseWithResolvers<void>>();
  const waitFor = (jobId: string): PromiseWithResolvers<void> => {
    const known = finished.get(jobId) ?? Promise.withResolvers<void>();
    finished.set(jobId, known);
    return known;
  };
  const made: Worker[] = [];
  const settings = {
    queue: name,
    shard: 0,
    address: bed.address,
    work: async (job: { id?: string }) => waitFor(job.id!).resolve(),
    options: { concurrency: 2 },
    listen: (worker: Worker) => {
      made.push(worker);
      worker.on('error', () => undefined);
    },
  };
  const worker = new QueueWorker(settings, bed.redis);
  worker.start();
  await worker.waitUntilReady();
  return {
    worker,
    made,
    queue: new Queue(name, queueOptions(bed.address, 0)),
    done: async (id) => waitFor(id).promise,
  };
}

it('makes a worker anew that takes no jobs although they wait, and it takes them', async () => {
  const { worker, made, queue, done } = await openStage('watch.one.0');
  const told: string[] = [];
  const watchdog = new Watchdog({
    redis: bed.redis,
    watched: () => [worker],
    onRecreate: (name) => told.push(name),
    patienceMs: 0,
  });
  await queue.add('probe', {}, { jobId: 'before' });
  await done('before');
  // As the connection of a worker that never came back after an outage: no error, and `isRunning()` says yes.
  await made[0]!.disconnect();
  await queue.add('probe', {}, { jobId: 'after' });
  expect(await worker.isDue()).toBe(true);
  await watchdog.lookOnce();
  expect(told).toEqual([]);
  await watchdog.lookOnce();
  expect(told).toEqual(['watch.one.0']);
  await done('after');
  expect(made).toHaveLength(2);
  await queue.close();
  await worker.close();
});

it('says that the process is broken when new ones take nothing either', async () => {
  const { worker, made, queue } = await openStage('watch.two.0');
  const watchdog = new Watchdog({
    redis: bed.redis,
    watched: () => [worker],
    onRecreate: () => undefined,
    patienceMs: 0,
  });
  // Each new one, too, is there and asks for nothing.
  const deaf = (): void => void Object.assign(made.at(-1)!, { moveToActive: async () => new Promise(() => undefined) });
  deaf();
  await made[0]!.disconnect();
  await queue.add('probe', {}, { jobId: 'waits' });
  for (let at = 0; at < 4; at += 1) {
    await watchdog.lookOnce();
    deaf();
  }
  expect(await watchdog.broken).toContain('watch.two.0');
  expect(made).toHaveLength(3);
  await Promise.all([queue.close(), ...made.map(async (one) => one.disconnect())]);
});

it('says that the process is broken when making it anew did not help', async () => {
  let recreated = 0;
  const still = { name: 'a reader', progress: () => 7, isDue: async () => true, recreate: () => void (recreated += 1) };
  const watchdog = new Watchdog({
    redis: bed.redis,
    watched: () => [still],
    onRecreate: () => undefined,
    patienceMs: 0,
  });
  for (let at = 0; at < 4; at += 1) await watchdog.lookOnce();
  expect(await watchdog.broken).toContain('a reader');
  expect(recreated).toBe(2);
});

it('does not take a reader that was opened anew for one that stands still', async () => {
  let recreated = 0;
  const fresh = () => ({
    name: 'a reader',
    progress: () => 0,
    isDue: async () => true,
    recreate: () => (recreated += 1),
  });
  const watchdog = new Watchdog({
    redis: bed.redis,
    watched: () => [fresh()],
    onRecreate: () => undefined,
    patienceMs: 0,
  });
  for (let at = 0; at < 6; at += 1) await watchdog.lookOnce();
  expect(recreated).toBe(0);
});

it('blames nobody while Redis does not answer', async () => {
  let recreated = 0;
  const redis = openRedis({ url: 'redis://127.0.0.1:1' });
  const still = { name: 'a reader', progress: () => 7, isDue: async () => true, recreate: () => void (recreated += 1) };
  const watchdog = new Watchdog({ redis, watched: () => [still], onRecreate: () => undefined, patienceMs: 0 });
  for (let at = 0; at < 3; at += 1) await watchdog.lookOnce();
  expect(recreated).toBe(0);
  redis.disconnect();
});
