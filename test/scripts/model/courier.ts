import type { GivenPermit, PermitOrder, PermitStore } from '#libs/state';
import type { Followup } from '#libs/state';
import type { Stage } from '../stage.js';

/** Between a shard and the home slots, as several executors would be that may crash at any point: late, twice, or in another order. */
export class Courier {
  private readonly permits: PermitStore;
  private given: GivenPermit[] = [];

  constructor(private readonly stage: Stage) {
    this.permits = stage.permits;
  }

  get hasGiven(): boolean {
    return this.given.length > 0;
  }

  /** Tells the home slot one thing that is filed. Now and then it forgets that it did. */
  async carry(pick: number, word: PermitOrder['word']): Promise<void> {
    const orders = (await this.orders()).filter((order) => order.word === word);
    const order = orders[pick % Math.max(1, orders.length)];
    if (!order) return;
    if (order.word === 'back') {
      this.given.push(...(await this.permits.giveBack(order, order.max)));
      if (pick % 4 > 0) await this.permits.strike(0, order);
      return;
    }
    const answer = await this.permits.take(order);
    if (answer.result !== 'granted') return;
    const { place, tenant, kind, key } = order;
    this.given.push({ place, tenant, kind, key, turnAtMs: answer.turnAtMs });
  }

  /** Brings one place or turn to its task; now and then it does so again later. */
  async deliver(pick: number): Promise<Followup | undefined> {
    const given = this.given[pick % Math.max(1, this.given.length)];
    if (!given) return undefined;
    if (pick % 5 > 0) this.given = this.given.filter((one) => one !== given);
    const followup = await this.stage.attempts.permitTask(given);
    if (followup !== 'stale') return followup;
    this.given.push(...(await this.permits.giveBack(given, '0')));
    return undefined;
  }

  private async orders(): Promise<PermitOrder[]> {
    // Whatever was postponed, too.
    return (await this.permits.due(0, -3_600_000)).orders;
  }
}
