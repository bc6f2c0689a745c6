import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { Watchdog, openBlockingRedis } from '#libs/redis';
import { ControlStreamReader } from '#libs/state';
import { RoomsBed } from './rooms-bed.js';

let bed: RoomsBed;

beforeAll(async () => {
  bed = await RoomsBed.open();
});

afterAll(async () => bed.close());

it('hears again when a read that never ended is given up', async () => {
  const redis = openBlockingRedis({ url: bed.server.url });
  await redis.connect();
  const read = redis.xread.bind(redis);
  // As on a connection that answers PING and carries nothing else: what waits on it ends only with it.
  const deaf = async (): Promise<never> =>
    new Promise((_, reject) => redis.once('close', () => reject(new Error('the connection was closed'))));
  Object.assign(redis, { xread: deaf });
  const heard = Promise.withResolvers<string>();
  const reader = new ControlStreamReader(
    redis,
    bed.redis,
    bed.keys,
    0,
    ({ jobId }) => heard.resolve(jobId),
    () => undefined,
  );
  reader.start();
  await bed.redis.ping();
  const told: string[] = [];
  const watchdog = new Watchdog({
    redis: bed.redis,
    watched: () => [reader],
    onRecreate: (name) => told.push(name),
    patienceMs: 0,
  });
  await watchdog.lookOnce();
  Object.assign(redis, { xread: read });
  await watchdog.lookOnce();
  expect(told).toEqual(['control stream of shard 0']);
  await bed.redis.xadd(bed.keys.control(0), '*', 'type', 'abort', 'jobId', 'one', 'reason', '');
  expect(await heard.promise).toBe('one');
  await reader.stop();
});
