import type { Rig } from '../rig/rig.js';
import { SentinelRedis } from '../rig/sentinel.host.js';
import { Tally, type Fault } from './fault.js';

/**
 * The Sentinels make the replica the master, under load: what the old one had and the new one had not is taken back. The product is told to
 * wait for one replica before it answers (COC_REDIS_REPLICAS), so nothing that was answered is lost.
 */
export class PromoteReplica implements Fault {
  readonly name = 'promotion';
  readonly mustHappen = ['promoted replica'];
  private readonly tally = new Tally(this.name);

  get counts(): Record<string, number> {
    return this.tally.counts;
  }

  async prepare(rig: Rig): Promise<void> {
    rig.prepare((launch) => {
      launch.env['COC_REDIS_REPLICAS'] = '1';
    });
  }

  async inject(rig: Rig): Promise<void> {
    if (!(rig.redis instanceof SentinelRedis)) throw new Error('a promotion wants a stage on Sentinels');
    this.tally.tell(rig, 'promoted replica', { masterPort: await rig.redis.promote() });
  }
}
