import type { Env } from '#libs/config';
import { openBlockingRedis, type Redis } from '#libs/redis';
import { Keys, RecordedMarks, RecorderLease, ShardEvents } from '#libs/state';
import { processMetrics, type Logger } from '#libs/telemetry';
import { StoryMeter } from './metrics/story.meter.js';
import { TraceFolder } from './trace/trace-folder.js';
import { RecorderTurn } from './turn/recorder-turn.js';

/** Everything the recorder works with. */
export interface RecorderContext {
  env: Env;
  logger: Logger;
  redis: Redis;
  /** Only for the read that waits. */
  blocking: Redis;
  keys: Keys;
  events: ShardEvents;
  marks: RecordedMarks;
  turn: RecorderTurn;
  folder: TraceFolder;
  meter: StoryMeter;
}

export function createRecorderContext(env: Env, logger: Logger, redis: Redis, folder: TraceFolder): RecorderContext {
  const keys = new Keys(env.redis.keyPrefix);
  return {
    env,
    logger,
    redis,
    blocking: openBlockingRedis(env.redis),
    keys,
    events: new ShardEvents(redis, keys),
    marks: new RecordedMarks(redis, keys),
    turn: new RecorderTurn(new RecorderLease(redis, keys), folder.dir, logger),
    folder,
    meter: new StoryMeter(processMetrics()),
  };
}
