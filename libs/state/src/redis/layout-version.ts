import { StartRefusal } from '#libs/contracts';
import type { Redis } from '#libs/redis';
import type { Keys } from '../keys.js';

/**
 * How the record stands in Redis. A minor adds what an older process can pass over, so two minors work side by side; a major changes what an older
 * process would misread.
 */
interface LayoutVersion {
  major: number;
  minor: number;
}

const layoutVersion: LayoutVersion = { major: 1, minor: 0 };

/** One number, so that ZADD GT keeps the highest without a race. */
const minorsPerMajor = 1_000;
const member = 'layout';

/** The record was written by a release that this process cannot understand. */
class NewerLayoutError extends StartRefusal {}

/**
 * Raises the version of the installation to ours; throws NewerLayoutError when its major is newer. An older major is raised as it is: there is none yet
 * that would have to be rewritten.
 */
export async function joinLayout(redis: Redis, keys: Keys, own: LayoutVersion = layoutVersion): Promise<void> {
  const score = own.major * minorsPerMajor + own.minor;
  const found = Number((await redis.zscore(keys.installation(), member)) ?? 0);
  const major = Math.floor(found / minorsPerMajor);
  if (major > own.major) {
    throw new NewerLayoutError(
      `The record in Redis is of version ${major}.${found % minorsPerMajor}, and this release knows ${own.major}.x; start a release that knows it, or name another Redis or COC_KEY_PREFIX.`,
    );
  }
  if (found < score) await redis.zadd(keys.installation(), 'GT', score, member);
}
