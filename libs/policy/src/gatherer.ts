export interface GatherLimits<Item> {
  /** Items that go together at most. */
  most: number;
  /** What an item adds to the size of a batch, and how large that may be; a single item may be larger. */
  sizeOf?: (item: Item) => number;
  maxSize?: number;
}

interface Waiting<Item, Result> {
  item: Item;
  done: PromiseWithResolvers<Result>;
}

/**
 * Makes few calls of many. The first item goes at once and alone; those that come while it is on its way go together in the next call. So
 * nothing waits for company, and under load the cost of a call is shared.
 */
export class Gatherer<Item, Result> {
  private waiting: Waiting<Item, Result>[] = [];
  private isBusy = false;

  /** `act` answers in the order of its items. */
  constructor(
    private readonly act: (items: readonly Item[]) => Promise<readonly Result[]>,
    private readonly limits: GatherLimits<Item>,
  ) {}

  async add(item: Item): Promise<Result> {
    const done = Promise.withResolvers<Result>();
    this.waiting.push({ item, done });
    if (!this.isBusy) void this.empty();
    return done.promise;
  }

  private async empty(): Promise<void> {
    this.isBusy = true;
    try {
      while (this.waiting.length > 0) await this.actOn(this.nextBatch());
    } finally {
      this.isBusy = false;
    }
  }

  private nextBatch(): Waiting<Item, Result>[] {
    const { most, sizeOf = () => 0, maxSize = 0 } = this.limits;
    let size = 0;
    const end = this.waiting.findIndex(({ item }, at) => at === most || ((size += sizeOf(item)) > maxSize && at > 0));
    return this.waiting.splice(0, end === -1 ? this.waiting.length : end);
  }

  /** One bad item must not fail the others: a batch that fails is tried one by one. */
  private async actOn(batch: readonly Waiting<Item, Result>[]): Promise<void> {
    try {
      const results = await this.act(batch.map(({ item }) => item));
      for (const [at, { done }] of batch.entries()) done.resolve(results[at]!);
    } catch (error) {
      if (batch.length === 1) batch[0]!.done.reject(error);
      else for (const one of batch) await this.actOn([one]);
    }
  }
}
