import type { Rig } from '../rig/rig.js';
import { Tally, insist, type Fault } from './fault.js';

/** Redis forgets every function and every script: those of the product, and BullMQ's. */
export class FlushFunctions implements Fault {
  readonly name = 'functions';
  readonly mustHappen = ['flushed functions'];
  private readonly tally = new Tally(this.name);

  get counts(): Record<string, number> {
    return this.tally.counts;
  }

  async inject(rig: Rig): Promise<void> {
    const { admin } = rig.redis;
    await insist(async () =>
      Promise.all([admin.call('FUNCTION', 'FLUSH', 'SYNC'), admin.call('SCRIPT', 'FLUSH', 'SYNC')]),
    );
    this.tally.tell(rig, 'flushed functions');
  }
}
