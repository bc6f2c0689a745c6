import type { Rig } from '../rig/rig.js';
import type { SeededRandom } from '../run/seeded-random.js';
import { Tally, insist, type Fault } from './fault.js';

const actions = ['chaos.pure', 'chaos.keyed', 'chaos.foreign', 'chaos.costed', 'chaos.once'];
const ways = ['obliterated', 'lost stream', 'trimmed stream'] as const;

/** A worker queue loses all its keys, as by BullMQ's `obliterate`; or its event stream; or all that stands in the stream. */
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
    const queue = `{coc:${shard}}:${random.pick(actions)}.${shard}`;
    const { admin } = rig.redis;
    const removed = await insist(async () => {
      if (way === 'lost stream') return admin.del(`${queue}:events`);
      if (way === 'trimmed stream') return admin.xtrim(`${queue}:events`, 'MAXLEN', 0);
      const keys = await admin.keys(`${queue}:*`);
      return keys.length === 0 ? 0 : admin.del(...keys);
    });
    this.tally.tell(rig, way, { queue, removed });
  }
}
