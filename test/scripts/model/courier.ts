import type { Followup, GivenPermit, PermitOrder, PermitStore } from '#libs/state';
import type { Stage } from '../stage.js';

/** Between a shard and the home slots, as several executors would be that may crash at any point: late, twice, or in another order. */
export class Courier {
  private readonly permits: PermitStore;
  private given: GivenPermit[] = [];
  /** What its home slot said to wait for, since anything was returned: the day's money may not be enough today. */
  private readonly waiting = new Set<string>();

  constructor(private readonly stage: Stage) {
    this.permits = stage.permits;
  }

  get hasGiven(): boolean {
    return this.given.length > 0;
  }

  hasUnasked(members: readonly string[]): boolean {
    return members.some((member) => !this.waiting.has(member));
  }

  /** Tells the home slot one thing that is filed. Now and then it forgets that it did. */
  async carry(pick: number, word: PermitOrder['word']): Promise<void> {
    const orders = (await this.orders()).filter((order) => order.word === word);
    const unasked = orders.filter(({ member }) => !this.waiting.has(member));
    const among = pick % 3 === 0 || unasked.length === 0 ? orders : unasked;
    const order = among[pick % Math.max(1, among.length)];
    if (!order) return;
    if (order.word === 'back') {
      this.waiting.clear();
      this.given.push(...(await this.permits.giveBack(order, order.max)));
      if (pick % 4 > 0) await this.permits.strike(0, order);
      return;
    }
    const answer = await this.permits.take(order);
    if (answer.result !== 'granted') {
      this.waiting.add(order.member);
      return;
    }
    this.given.push({ ...order, ...answer });
  }

  /** Brings one place or turn to its task; now and then it does so again later. */
  async deliver(pick: number): Promise<Followup | undefined> {
    const given = this.given[pick % Math.max(1, this.given.length)];
    if (!given) return undefined;
    if (pick % 5 > 0) this.given = this.given.filter((one) => one !== given);
    const answer = await this.tell(given);
    // As the clerk does: one that nobody wants is not asked for again.
    if ('member' in given) await this.permits.strike(0, given as PermitOrder & GivenPermit);
    const isPlace = given.kind === 'concurrency' || given.kind === 'directives';
    if (answer === 'stale' && isPlace) this.given.push(...(await this.permits.giveBack(given, '0')));
    return typeof answer === 'string' ? undefined : answer;
  }

  /** What follows for a directive is filed. */
  private async tell(given: GivenPermit): Promise<Followup | 'known' | 'ok' | 'stale'> {
    const { attempts } = this.stage;
    return given.place.index === '' ? attempts.permitDirective(given) : attempts.permitTask(given);
  }

  private async orders(): Promise<PermitOrder[]> {
    // Whatever was postponed, too.
    return (await this.permits.due(0, -3_600_000)).orders;
  }
}
