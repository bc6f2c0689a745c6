/** The Redis server binary that tests and the launcher start; `redis-server` on PATH unless COC_REDIS_SERVER names another. */
export function redisServerBinary(variables: Record<string, string | undefined> = process.env): string {
  return variables['COC_REDIS_SERVER'] || 'redis-server';
}
