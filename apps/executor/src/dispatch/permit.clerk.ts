import { shardOfDirective } from '#libs/contracts';
import { Gatherer } from '#libs/policy';
import type { Followup, GivenPermit, HeldPermit, PermitOrder } from '#libs/state';
import type { ExecutorContext } from '../executor.context.js';

/** How long a task stands in line at its home slot before it is asked for again, in case the word that it got its place was lost. */
const askAgainMs = 30_000;

/**
 * Goes between the shards and the home slots of tenants: asks for the permits that tasks wait for, gives back what they held, and tells
 * whoever got it. Each step is on record until it is done, and may be done twice.
 */
export class PermitClerk {
  private readonly rounds = new Map<number, Gatherer<number, Followup[]>>();

  constructor(private readonly context: Pick<ExecutorContext, 'attempts' | 'permits' | 'logger' | 'memory'>) {}

  /** Works off what was filed at least so long ago. Answers what follows for the tasks that go on; to one caller, of those who ask at once. */
  async work(shard: number, olderThanMs = 0): Promise<Followup[]> {
    const known = this.rounds.get(shard);
    const round =
      known ??
      new Gatherer<number, Followup[]>(
        async (ages) => {
          const followups = await this.workOff(shard, Math.min(...ages));
          return ages.map((_, at) => (at === 0 ? followups : []));
        },
        { most: Number.POSITIVE_INFINITY },
      );
    if (!known) this.rounds.set(shard, round);
    return round.add(olderThanMs);
  }

  /** Gives back what nobody has any more. Answers what follows for those who get it. */
  async takeBack({ max, ...given }: HeldPermit): Promise<Followup[]> {
    return this.deliver(await this.context.permits.giveBack(given, max));
  }

  private async workOff(shard: number, olderThanMs: number): Promise<Followup[]> {
    const { orders, hasMore } = await this.context.permits.due(shard, olderThanMs);
    const carried: Followup[] = [];
    // Returns first, for they are what others wait for.
    for (const word of ['back', 'ask'] as const) {
      const some = orders.filter((order) => order.word === word);
      carried.push(...(await Promise.all(some.map(async (order) => this.carrySafely(shard, order)))).flat());
    }
    // What was given is sent before more is asked for.
    return [...carried, ...(hasMore ? [morePermits(shard)] : [])];
  }

  /** One that fails must not keep the others. */
  private async carrySafely(shard: number, order: PermitOrder): Promise<Followup[]> {
    try {
      return order.word === 'ask' ? await this.ask(shard, order) : await this.giveBack(shard, order);
    } catch (error) {
      // It stays on its list, for when there is room.
      if (this.context.memory.heed(shard, error)) return [];
      this.context.logger.error(
        { err: error, order },
        'a permit could not be asked for or returned; it is tried again',
      );
      await this.context.permits.postpone(shard, order, askAgainMs);
      return [];
    }
  }

  private async ask(shard: number, order: PermitOrder): Promise<Followup[]> {
    const answer = await this.context.permits.take(order);
    if (answer.result === 'waiting') {
      await this.context.permits.postpone(shard, order, askAgainMs);
      return [];
    }
    const given = { ...order, turnAtMs: null };
    const followups =
      answer.result === 'granted' ? await this.deliver([{ ...given, ...answer }]) : await this.askAnew(given);
    // The task struck it off, unless it did not want it any more.
    await this.context.permits.strike(shard, order);
    return followups;
  }

  private async giveBack(shard: number, order: PermitOrder): Promise<Followup[]> {
    const followups = await this.deliver(await this.context.permits.giveBack(order, order.max));
    await this.context.permits.strike(shard, order);
    return followups;
  }

  /** What a task does not want any more goes back, and so to the next in line. */
  private async deliver(first: readonly GivenPermit[]): Promise<Followup[]> {
    const followups: Followup[] = [];
    for (let open = first; open.length > 0;) {
      const answers = await Promise.all(open.map(async (given) => this.tell(given)));
      followups.push(...answers.flatMap(({ followups: some }) => some));
      open = answers.flatMap(({ next }) => next);
    }
    return followups;
  }

  private async tell(given: GivenPermit): Promise<{ followups: Followup[]; next: GivenPermit[] }> {
    const followups = await (given.place.index === '' ? this.tellDirective(given) : this.tellTask(given));
    if (followups) return { followups, next: [] };
    // What a directive drew it gives back itself when it ends; and what is left of a turn nobody knows here.
    const isPlace = given.kind === 'concurrency' || given.kind === 'directives';
    return { followups: [], next: isPlace ? await this.context.permits.giveBack(given, '0') : [] };
  }

  /** The home slot says that it was given back: one that still waits for it would wait for ever. */
  private async askAnew(given: GivenPermit): Promise<Followup[]> {
    const { attempts } = this.context;
    if (given.place.index === '') await attempts.permitDirective(given, true);
    const followup = given.place.index === '' ? 'stale' : await attempts.permitTask(given, true);
    return followup === 'stale' ? [] : [followup];
  }

  private async tellTask(given: GivenPermit): Promise<Followup[] | undefined> {
    const followup = await this.context.attempts.permitTask(given);
    return followup === 'stale' ? undefined : [followup];
  }

  private async tellDirective(given: GivenPermit): Promise<Followup[] | undefined> {
    const { directiveId } = given.place;
    const { attempts } = this.context;
    const told = await attempts.permitDirective(given);
    if (told !== 'ok') return told === 'stale' ? undefined : [];
    if (given.kind === 'spend') return [await attempts.advanceCascade(shardOfDirective(directiveId)!)];
    const { followups, failures } = await attempts.startDirectives([directiveId]);
    if (failures[0]) throw failures[0];
    return followups;
  }
}

function morePermits(shard: number): Followup {
  return { shard, dispatched: [], expanding: [], cascades: 0, reviewing: [], permits: 1, timerMs: null };
}
