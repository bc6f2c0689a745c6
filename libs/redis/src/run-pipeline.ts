import { isCluster, type Redis } from './open-redis.js';

/** A command; the first of its words with a hash tag is its key. */
export type KeyedCommand = readonly [name: string, ...words: (string | number)[]];
export type PipelineReply = [error: Error | null, reply: unknown];

function slotTagOf(command: KeyedCommand): string | undefined {
  return command.map((word) => /\{([^}]+)\}/.exec(String(word))?.[1]).find((tag) => tag !== undefined);
}

async function run(redis: Redis, commands: readonly KeyedCommand[]): Promise<PipelineReply[]> {
  return (await redis.pipeline(commands.map((command) => [...command])).exec()) ?? [];
}

/** One round trip, replies in order; on a cluster one for each slot, at once, for a pipeline there has one slot. */
export async function runPipeline(redis: Redis, commands: readonly KeyedCommand[]): Promise<PipelineReply[]> {
  if (commands.length === 0) return [];
  if (!isCluster(redis)) return run(redis, commands);
  const placed = commands.map((command, place) => ({ command, place }));
  const groups = [...Map.groupBy(placed, ({ command }) => slotTagOf(command)).values()];
  const replies = await Promise.all(
    groups.map(async (group) =>
      run(
        redis,
        group.map(({ command }) => command),
      ),
    ),
  );
  const ordered: PipelineReply[] = [];
  for (const [at, group] of groups.entries())
    for (const [within, { place }] of group.entries()) ordered[place] = replies[at]![within]!;
  return ordered;
}
