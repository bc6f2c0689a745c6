/** The hash tag that every key and every BullMQ prefix of a shard carries, for example `{coc:0}`. One slot a shard. */
export function shardRoot(keyPrefix: string, shard: number): string {
  return `{${keyPrefix}:${shard}}`;
}

/** Home slot of what crosses shards for one tenant. */
export function tenantRoot(keyPrefix: string, tenant: string): string {
  return `{${keyPrefix}:t:${tenant}}`;
}

/** Home slot of what belongs to the whole installation, such as the action catalog. */
export function globalRoot(keyPrefix: string): string {
  return `{${keyPrefix}:g}`;
}
