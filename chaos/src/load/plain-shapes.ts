import type { SeededRandom } from '../run/seeded-random.js';
import { draft, task, valueOf, type Draft } from './draft.js';

const actions = ['chaos.pure', 'chaos.pure', 'chaos.keyed', 'chaos.foreign'];
const priorities = ['LOW', 'MEDIUM', 'HIGH'];

/** Most work is short; some of it outlives a lock, a pause or a restart. */
export function workMs(random: SeededRandom): number {
  return random.chance(0.1) ? random.whole(1_000, 4_000) : random.whole(0, 300);
}

function work(random: SeededRandom): { ms: number; add: number } {
  return { ms: workMs(random), add: random.whole(1, 1_000) };
}

/** Longer than any outage, shorter than two skewed clocks are apart. */
const attemptTtlMs = 200_000;

export function chain(random: SeededRandom): Draft {
  const length = random.whole(2, 6);
  let value = 0;
  const tasks = Array.from({ length }, (_, at) => {
    const own = work(random);
    value += own.add;
    const parts = at === 0 ? [] : [valueOf(`t${at - 1}`)];
    return task(`t${at}`, { ...own, parts }, { action: random.pick(actions), ttlMs: attemptTtlMs });
  });
  return draft('chain', tasks, value, { body: { priority: random.pick(priorities) } });
}

export function diamond(random: SeededRandom): Draft {
  const [top, left, right, bottom] = [work(random), work(random), work(random), work(random)];
  const tasks = [
    task('top', top, { action: random.pick(actions) }),
    task('left', { ...left, parts: [valueOf('top')] }, { action: random.pick(actions) }),
    task('right', { ...right, parts: [valueOf('top')] }),
    task('bottom', { ...bottom, parts: [valueOf('left'), valueOf('right')] }, { action: 'chaos.keyed' }),
  ];
  return draft('diamond', tasks, 2 * top.add + left.add + right.add + bottom.add);
}

export function fan(random: SeededRandom): Draft {
  const width = random.whole(3, 9);
  const orders = Array.from({ length: width }, () => work(random));
  const tasks = orders.map((order, at) => task(`leaf${at}`, order, { action: random.pick(actions) }));
  const join = task('join', { parts: orders.map((_, at) => valueOf(`leaf${at}`)) });
  return draft(
    'fan',
    [...tasks, join],
    orders.reduce((sum, { add }) => sum + add, 0),
  );
}

export function forEach(random: SeededRandom): Draft {
  const items = random.whole(2, 8);
  const add = random.whole(1, 50);
  const tasks = [
    task('list', { items }),
    task(
      'each',
      { add, ms: workMs(random), parts: [{ $item: '' }] },
      { forEach: { items: { $task: 'list', path: '/items' } } },
    ),
    task('join', { parts: [{ $task: 'each' }] }),
  ];
  return draft('for-each', tasks, items * add + (items * (items + 1)) / 2);
}

/** One of three leaves never succeeds, and does not matter. */
export function optionalFailure(random: SeededRandom): Draft {
  const [one, two] = [work(random), work(random)];
  const tasks = [
    task('one', one),
    task('two', two, { action: 'chaos.keyed' }),
    task('never', { failures: 1_000_000 }, { optional: true, maxRetries: 1 }),
    task('join', { parts: [valueOf('one'), valueOf('two'), { $task: 'never' }] }),
  ];
  return draft('optional-failure', tasks, one.add + two.add);
}

/** Each task fails before it succeeds. */
export function retries(random: SeededRandom): Draft {
  const [first, second] = [work(random), work(random)];
  const tasks = [
    task('first', { ...first, failures: random.whole(1, 2) }, { retryDelayMs: random.whole(100, 800) }),
    task(
      'second',
      { ...second, failRate: 0.4, seed: random.whole(0, 2 ** 31), parts: [valueOf('first')] },
      { maxRetries: 25 },
    ),
  ];
  return draft('retries', tasks, first.add + second.add);
}

/** Ends FAILED: a task that everything needs fails for good, and what depends on it must not run. */
export function failure(random: SeededRandom): Draft {
  const tasks = [
    task('ok', work(random)),
    task('broken', { failures: 1_000_000 }, { maxRetries: random.whole(0, 2), dependsOn: ['ok'] }),
    task('after', { parts: [valueOf('broken')] }),
  ];
  return draft('failure', tasks, undefined, { completes: false });
}
