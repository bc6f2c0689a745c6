import { formatDirectiveId, formatTaskIndex } from '#libs/contracts';
import type { Dispatch, Followup, Settlement } from '#libs/state';
import { ulid } from 'ulid';
import type { DirectiveShape } from './plans.js';
import { childrenOf } from '../fan-out.js';
import type { Keyspace } from '../keyspace.js';
import { aDraft, failure, outcome, planOf } from '../orders.js';
import type { Stage } from '../stage.js';

export interface Order {
  id: string;
  shape: DirectiveShape;
}

/** Whether each call is about one directive or attempt, or about as many as come together. */
export type Habit = 'one by one' | 'together';

export function ordersOf(shapes: readonly DirectiveShape[]): Order[] {
  return shapes.map((shape) => ({ id: formatDirectiveId(0, ulid()), shape }));
}

/** The same rounds of work on the same orders, whatever the habit: what is on record after each must be the same, too. */
export class Course {
  private open: Dispatch[] = [];
  private readonly names = new Map<string, string>();

  constructor(
    private readonly stage: Stage,
    private readonly habit: Habit,
    private readonly orders: readonly Order[],
  ) {}

  async begin(): Promise<Keyspace> {
    const accept = async ({ id, shape }: Order): Promise<unknown> => {
      const { budgetMicroUsd, priority } = shape;
      return this.stage.store.accept(aDraft({ id, budgetMicroUsd, priority }), planOf(shape.tasks));
    };
    if (this.habit === 'together') await Promise.all(this.orders.map(accept));
    else for (const order of this.orders) await accept(order);
    await this.each(
      this.orders.map(({ id }) => id),
      async (ids) => {
        const { followups, failures } = await this.stage.attempts.startDirectives(ids);
        if (failures[0]) throw failures[0];
        this.take(followups);
      },
    );
    return this.look();
  }

  /** Every open attempt of the round is reported as started, or not, and settled. */
  async round(luck: readonly number[]): Promise<Keyspace> {
    const attempts = this.pickRound();
    const chance = (at: number): number => luck[at % luck.length]!;
    await this.each(
      attempts.filter((_, at) => chance(at) % 2 === 0),
      async (some) => this.stage.attempts.startAttempts(some),
    );
    const settlements = attempts.map((attempt, at) => settlementOf(attempt, chance(at)));
    await this.each(settlements, async (some) => {
      const { results, followups } = await this.stage.attempts.settle(some);
      if (results.some(({ result }) => result !== 'ok')) throw new Error(JSON.stringify(results));
      this.take(followups);
    });
    await this.carryOn();
    return this.look();
  }

  /** The deferred of a directive are woken at the end of a call, so with a budget another of them may be first: one attempt at a time. */
  private pickRound(): Dispatch[] {
    const sorted = this.open.toSorted((left, right) => (this.nameOf(left) < this.nameOf(right) ? -1 : 1));
    const isBudgeted = new Map(this.orders.map(({ id, shape }) => [id, shape.budgetMicroUsd !== null]));
    const seen = new Set<string>();
    const picked = sorted.filter(({ directiveId }) => {
      const isFirst = !seen.has(directiveId);
      seen.add(directiveId);
      return isFirst || !isBudgeted.get(directiveId);
    });
    this.open = this.open.filter((attempt) => !picked.includes(attempt));
    return picked;
  }

  private async each<Item>(items: readonly Item[], act: (some: readonly Item[]) => Promise<unknown>): Promise<void> {
    if (this.habit === 'together') await act(items);
    else for (const item of items) await act([item]);
  }

  private async carryOn(): Promise<void> {
    for (const member of await this.stage.members('expand')) {
      const [id, index] = member.split('.') as [string, string];
      const children = childrenOf(`c${index}`, 0, 2, 'item', Number.parseInt(index, 36));
      const reply = await this.stage.attempts.expandTask(id, index, 2, 0, children);
      if (reply.result === 'ok') this.take([reply.followup]);
    }
    while ((await this.stage.members('cascade')).length > 0) this.take([await this.stage.attempts.advanceCascade(0)]);
    this.take([await this.stage.attempts.fireTimers(0, 100)]);
  }

  private take(followups: readonly Followup[]): void {
    for (const dispatch of followups.flatMap(({ dispatched }) => dispatched)) {
      this.open.push(dispatch);
      this.names.set(dispatch.nonce, this.nameOf(dispatch));
    }
  }

  private nameOf({ directiveId, taskIndex, attempt }: Dispatch): string {
    return `${directiveId}-${formatTaskIndex(taskIndex)}-${attempt}`;
  }

  /** Without what two courses never have in common: prefix, times, nonces, and how the events are spread over entries. */
  private async look(): Promise<Keyspace> {
    const { [this.stage.keys.shardEvents(0)]: _, ...space } = await this.stage.keyspace();
    for (const { id } of this.orders) space[this.stage.keys.events(id)] = await this.stage.events(id);
    let text = JSON.stringify(space).replaceAll(this.stage.keys.root(0), 'root');
    // The longest first: one may begin like another.
    const names = [...this.names].toSorted(([left], [right]) => right.length - left.length);
    for (const [nonce, name] of names) text = text.replaceAll(nonce, name);
    return JSON.parse(text.replaceAll(/\b\d{13,14}\b/g, '0')) as Keyspace;
  }
}

function settlementOf(attempt: Dispatch, chance: number): Settlement {
  if (chance % 5 > 1) return outcome(attempt);
  if (chance % 5 === 1 && attempt.attempt <= attempt.spec.maxRetries)
    return { ...failure(attempt, { retryAtMs: 1 }), verdict: 'retry' };
  return { ...failure(attempt), verdict: (['failed', 'expired', 'hold'] as const)[chance % 3]! };
}
