import type { Redis } from '#libs/redis';

/** Redis' clock in milliseconds; no host clock decides anything. */
export async function redisNowMs(redis: Redis): Promise<number> {
  const [seconds, micros] = await redis.time();
  return Number(seconds) * 1_000 + Math.floor(Number(micros) / 1_000);
}
