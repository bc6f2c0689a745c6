import type { Redis } from 'ioredis';
import type { Rig } from '../rig/rig.js';
import type { SeededRandom } from '../run/seeded-random.js';
import { Tally, insist, type Fault } from './fault.js';

const ways = ['obliterated', 'lost stream', 'lost group', 'trimmed stream'] as const;
/** Of the executors, who read as one. */
const group = 'settle';

/** A worker queue, of those with work in flight if there is one, loses all its keys, as by BullMQ's `obliterate`; or its event stream; or the readers' place in the stream; or all that stands in it. */
export class DestroyQueue implements Fault {
  readonly name = 'queues';
  readonly mustHappen = [...ways];
  private readonly tally = new Tally(this.name);
  private turn = 0;

  get counts(): Record<string, number> {
    return this.tally.counts;
  }

  async inject(rig: Rig, random: SeededRandom): Promise<void> {
    const way = ways[(this.turn += 1) % ways.length]!;
    const shard = random.whole(0, rig.settings.shards - 1);
    const lot = random.next();
    const { admin } = rig.redis;
    const queues = await insist(async () => queuesInUse(admin, `{coc:${shard}}`));
    const queue = queues[Math.floor(lot * queues.length)];
    if (queue === undefined) return;
    const removed = await insist(async () => {
      if (way === 'lost stream') return admin.del(`${queue}:events`);
      if (way === 'lost group') return admin.xgroup('DESTROY', `${queue}:events`, group).catch(noStream);
      if (way === 'trimmed stream') return admin.xtrim(`${queue}:events`, 'MAXLEN', 0);
      const keys = await admin.keys(`${queue}:*`);
      return keys.length === 0 ? 0 : admin.del(...keys);
    });
    this.tally.tell(rig, way, { queue, removed });
  }
}

/** Of a shard, in order of their names. */
async function queuesInUse(admin: Redis, root: string): Promise<string[]> {
  const names = (await admin.smembers(`${root}:queues`)).toSorted();
  const counts = await Promise.all(names.map(async (name) => admin.zcard(`${root}:inflight:${name}`)));
  const busy = names.filter((_, at) => counts[at]! > 0);
  return (busy.length > 0 ? busy : names).map((name) => `${root}:${name}`);
}

/** No work of that action came into this shard yet. */
function noStream(error: Error): number {
  if (error.message.includes('key to exist')) return 0;
  throw error;
}
