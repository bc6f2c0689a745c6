import { isCluster, runPipeline, type Redis } from '#libs/redis';

export type StreamReply = [stream: string, entries: [id: string, fields: string[]][]][];

interface Reading {
  /** Entries a stream, at most. */
  count: number;
  /** How long to wait for the first one; null: not at all. */
  blockMs: number | null;
}

const lookAgainMs = { first: 10, most: 200 };

/** What stands in the streams after a place in each. `places`: key and entry id. */
export async function readStreams(
  redis: Redis,
  places: readonly (readonly [stream: string, after: string])[],
  { count, blockMs }: Reading,
): Promise<StreamReply> {
  const streams = places.map(([stream]) => stream);
  const ids = places.map(([, after]) => after);
  const slots = new Set(streams.map((stream) => stream.slice(0, stream.indexOf('}'))));
  if (isCluster(redis) && slots.size > 1) return lookAtEach(redis, places, { count, blockMs });
  const reply = await (blockMs === null
    ? redis.xread('COUNT', count, 'STREAMS', ...streams, ...ids)
    : redis.xread('COUNT', count, 'BLOCK', blockMs, 'STREAMS', ...streams, ...ids));
  return reply ?? [];
}

/** A read blocks on one slot only, so a cluster is looked at again and again, more rarely while nothing comes. */
async function lookAtEach(
  redis: Redis,
  places: readonly (readonly [stream: string, after: string])[],
  { count, blockMs }: Reading,
): Promise<StreamReply> {
  const until = performance.now() + (blockMs ?? 0);
  for (let pauseMs = lookAgainMs.first; ; pauseMs = Math.min(pauseMs * 2, lookAgainMs.most)) {
    const replies = await runPipeline(
      redis,
      places.map(([stream, after]) => ['xread', 'COUNT', count, 'STREAMS', stream, after]),
    );
    const failure = replies.find(([error]) => error !== null)?.[0];
    if (failure) throw failure;
    const found = replies.flatMap(([, reply]) => (reply ?? []) as StreamReply);
    if (found.length > 0 || performance.now() + pauseMs > until) return found;
    await new Promise((resolve) => setTimeout(resolve, pauseMs));
  }
}
