import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { Gatherer, type GatherLimits } from './gatherer.js';

/** Calls stay open until the test answers them. */
class Desk {
  readonly calls: number[][] = [];
  readonly gatherer: Gatherer<number, string>;
  private readonly open: PromiseWithResolvers<void>[] = [];

  constructor(limits: GatherLimits<number>, isBad: (item: number) => boolean = () => false) {
    this.gatherer = new Gatherer(async (items) => {
      this.calls.push([...items]);
      const call = Promise.withResolvers<void>();
      this.open.push(call);
      await call.promise;
      if (items.some(isBad)) throw new Error(`bad: ${items.join(',')}`);
      return items.map((item) => `did ${item}`);
    }, limits);
  }

  /** Answers call after call until there is none. */
  async answerAll(): Promise<void> {
    for (;;) {
      const call = this.open.shift();
      if (!call) return;
      call.resolve();
      // What follows from an answer comes in the microtasks after it.
      await new Promise((resolve) => setImmediate(resolve));
    }
  }

  /** Adds all at once, and answers all calls. */
  async addAll(...items: number[]): Promise<string[]> {
    const results = Promise.allSettled(items.map(async (item) => this.gatherer.add(item)));
    await this.answerAll();
    return (await results).map((one) => (one.status === 'fulfilled' ? one.value : (one.reason as Error).message));
  }
}

describe('a gatherer', () => {
  it('sends the first alone and at once, and those that come meanwhile together, in order', async () => {
    const desk = new Desk({ most: 10 });
    const first = desk.gatherer.add(1);
    expect(desk.calls).toEqual([[1]]);
    const rest = [2, 3, 4].map(async (item) => desk.gatherer.add(item));
    expect(desk.calls).toEqual([[1]]);
    await desk.answerAll();
    expect(await first).toBe('did 1');
    expect(await Promise.all(rest)).toEqual(['did 2', 'did 3', 'did 4']);
    expect(desk.calls).toEqual([[1], [2, 3, 4]]);
  });

  it('lets nothing wait once it is idle again', async () => {
    const desk = new Desk({ most: 10 });
    expect(await desk.addAll(1)).toEqual(['did 1']);
    expect(await desk.addAll(2)).toEqual(['did 2']);
    expect(desk.calls).toEqual([[1], [2]]);
  });

  it('puts no more together than its limit says', async () => {
    const desk = new Desk({ most: 2 });
    expect(await desk.addAll(1, 2, 3, 4, 5, 6)).toEqual([1, 2, 3, 4, 5, 6].map((item) => `did ${item}`));
    expect(desk.calls).toEqual([[1], [2, 3], [4, 5], [6]]);
  });

  it('ends a batch before it grows too large, and lets what is larger go alone', async () => {
    const desk = new Desk({ most: 10, sizeOf: (item) => item, maxSize: 10 });
    await desk.addAll(1, 4, 6, 5, 50, 2, 8, 1);
    expect(desk.calls).toEqual([[1], [4, 6], [5], [50], [2, 8], [1]]);
  });

  it('tries a batch that failed one by one, so that the bad one alone fails', async () => {
    const desk = new Desk({ most: 10 }, (item) => item === 3);
    expect(await desk.addAll(1, 2, 3, 4)).toEqual(['did 1', 'did 2', 'bad: 3', 'did 4']);
    expect(desk.calls).toEqual([[1], [2, 3, 4], [2], [3], [4]]);
  });

  it('goes on after a failure', async () => {
    const desk = new Desk({ most: 10 }, (item) => item === 1);
    expect(await desk.addAll(1, 2)).toEqual(['bad: 1', 'did 2']);
    expect(await desk.addAll(3)).toEqual(['did 3']);
  });

  it('goes on when its work throws before it began', async () => {
    const gatherer = new Gatherer<number, number>(
      (items) => {
        if (items.includes(1)) throw new Error('at once');
        return Promise.resolve(items);
      },
      { most: 2 },
    );
    await expect(gatherer.add(1)).rejects.toThrow('at once');
    expect(await gatherer.add(2)).toBe(2);
  });

  it('gives everybody the answer to what he brought, in batches within the limits', async () => {
    const items = fc.array(fc.nat(20), { maxLength: 15 });
    const limits = fc.record({ most: fc.integer({ min: 1, max: 5 }), maxSize: fc.nat(30) });
    await fc.assert(
      fc.asyncProperty(items, limits, fc.nat(20), async (given, { most, maxSize }, bad) => {
        const desk = new Desk({ most, maxSize, sizeOf: (item) => item }, (item) => item === bad);
        expect(await desk.addAll(...given)).toEqual(
          given.map((item) => (item === bad ? `bad: ${item}` : `did ${item}`)),
        );
        for (const call of desk.calls) {
          expect(call.length).toBeLessThanOrEqual(most);
          const size = call.reduce((sum, item) => sum + item, 0);
          expect(size <= maxSize || call.length === 1).toBe(true);
        }
        // After a failure some go a second time.
        const sent = given.includes(bad) ? given : desk.calls.flat();
        expect(sent).toEqual(given);
      }),
    );
  });
});
