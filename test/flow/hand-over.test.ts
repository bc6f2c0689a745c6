import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { OutcomeReader, QueueKeeper, QueueKeys } from '#libs/queues';
import { openRedis, type Redis } from '#libs/redis';
import { startRedis, type TestRedis } from '#libs/testing';

const queue = 'test.work.0';
const root = '{coc:0}';
const stream = new QueueKeys(root, queue).events();
let server: TestRedis;
let redis: Redis;
let blocking: Redis[];

beforeEach(async () => {
  server = await startRedis();
  redis = openRedis({ url: server.url });
  blocking = [openRedis({ url: server.url }), openRedis({ url: server.url })];
});

afterEach(async () => {
  for (const connection of [redis, ...blocking]) connection.disconnect();
  await server.stop();
});

const reader = (at: number): OutcomeReader => new OutcomeReader(blocking[at]!, redis, root, `executor-${at}`);

const consumers = async (): Promise<string[]> =>
  ((await redis.xinfo('CONSUMERS', stream, 'settle')) as unknown[][]).map((fields) => String(fields[1])).toSorted();

it('what an executor read and did not settle is taken over at once when it says so', async () => {
  const [first, second] = [reader(0), reader(1)];
  await first.follow([queue]);
  await second.follow([queue]);
  for (const jobId of ['a', 'b'])
    await redis.xadd(stream, '*', 'event', 'completed', 'jobId', jobId, 'returnvalue', '1');
  const read = await first.read();
  expect(read.map(({ jobId }) => jobId)).toEqual(['a', 'b']);
  await first.acknowledge(read.slice(0, 1));
  expect(await second.takeOver(100)).toEqual([]);
  await new QueueKeeper(redis, root).handOver(queue, 'executor-0');
  expect((await second.takeOver(100)).map(({ jobId }) => jobId)).toEqual(['b']);
});

it('an executor that left nothing is no member of the group any more', async () => {
  const [first, second] = [reader(0), reader(1)];
  await first.follow([queue]);
  await second.follow([queue]);
  await redis.xadd(stream, '*', 'event', 'completed', 'jobId', 'a', 'returnvalue', '1');
  await first.acknowledge(await first.read());
  await redis.xadd(stream, '*', 'event', 'completed', 'jobId', 'b', 'returnvalue', '1');
  await second.read();
  expect(await consumers()).toEqual(['executor-0', 'executor-1']);
  await new QueueKeeper(redis, root).handOver(queue, 'executor-0');
  expect(await consumers()).toEqual(['executor-1']);
});
