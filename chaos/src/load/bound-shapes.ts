import type { SeededRandom } from '../run/seeded-random.js';
import { draft, task, valueOf, type Draft } from './draft.js';
import { workMs } from './plain-shapes.js';

/** Each task may cost a cent and costs less; the budget lets two go at once. Lost attempts are charged whole: then somebody raises it. */
export function tightBudget(random: SeededRandom): Draft {
  const width = random.whole(3, 6);
  const tasks = Array.from({ length: width }, (_, at) =>
    task(
      `spend${at}`,
      { ms: random.whole(50, 400), add: 1, costUsd: random.whole(0, 10) / 10_000 },
      { action: 'chaos.costed', maxRetries: 40 },
    ),
  );
  const join = task('join', { parts: tasks.map(({ id }) => valueOf(id)) });
  return draft('tight-budget', [...tasks, join], width, { body: { budget: { maxCostUsd: 0.02 } } });
}

/** Spends more than it may: an overrun, after which the rest is held until somebody raises the budget. */
export function overrun(random: SeededRandom): Draft {
  const tasks = [
    task(
      'greedy',
      { costUsd: 0.02, add: 1, ms: random.whole(0, 100) },
      { action: 'chaos.foreign', budget: { maxCostUsd: 0.005 } },
    ),
    task('next', { add: 1, parts: [valueOf('greedy')], costUsd: 0.001 }, { action: 'chaos.costed' }),
  ];
  return draft('overrun', tasks, 2, { body: { budget: { maxCostUsd: 0.015 } } });
}

/** Effects that nobody may repeat. A loss makes a hold, which the client answers without a repetition. */
export function onceOnly(random: SeededRandom): Draft {
  const tasks = [
    task('before', { add: 1 }),
    task('once', { ms: workMs(random), add: 2, parts: [valueOf('before')] }, { action: 'chaos.once' }),
    task('after', { add: 3, parts: [valueOf('once')] }, { action: 'chaos.keyed' }),
  ];
  return draft('once', tasks, 6, { conduct: { completeWith: 3 } });
}

/** Tasks of several directives that share a key of the tenant's. */
export function sharedKey(random: SeededRandom): Draft {
  const concurrency = { key: `customer-${random.whole(1, 3)}`, limit: 2 };
  const tasks = Array.from({ length: random.whole(2, 4) }, (_, at) =>
    task(`turn${at}`, { ms: random.whole(20, 200), add: 1 }, { concurrency }),
  );
  const join = task('join', { parts: tasks.map(({ id }) => valueOf(id)) });
  return draft('shared-key', [...tasks, join], tasks.length);
}

/** An action with a rate of its own. */
export function rated(random: SeededRandom): Draft {
  const tasks = Array.from({ length: random.whole(2, 5) }, (_, at) =>
    task(`go${at}`, { add: 1 }, { action: 'chaos.rated' }),
  );
  const join = task('join', { parts: tasks.map(({ id }) => valueOf(id)) });
  return draft('rated', [...tasks, join], tasks.length);
}

/** Its time is over long before its work is done. */
export function expiring(random: SeededRandom): Draft {
  const tasks = [
    task('quick', { ms: 50 }),
    task('slow', { ms: 30_000, parts: [valueOf('quick')] }),
    task('late', { parts: [valueOf('slow')] }),
  ];
  return draft('expiring', tasks, undefined, { completes: false, body: { ttlMs: random.whole(1_500, 5_000) } });
}

export function cancelled(random: SeededRandom): Draft {
  const tasks = Array.from({ length: random.whole(3, 6) }, (_, at) =>
    task(
      `t${at}`,
      { ms: random.whole(100, 1_500), parts: at === 0 ? [] : [valueOf(`t${at - 1}`)] },
      { action: random.pick(['chaos.pure', 'chaos.foreign', 'chaos.once']) },
    ),
  );
  return draft('cancelled', tasks, undefined, { completes: false, conduct: { cancelAfterMs: random.whole(0, 3_000) } });
}

/** Long enough that there is something left to release when the pause comes. */
export function paused(random: SeededRandom): Draft {
  const length = random.whole(5, 8);
  const tasks = Array.from({ length }, (_, at) =>
    task(`t${at}`, { ms: random.whole(200, 600), add: 1, parts: at === 0 ? [] : [valueOf(`t${at - 1}`)] }),
  );
  const pause = { afterMs: random.whole(0, 400), forMs: random.whole(1_000, 3_000) };
  return draft('paused', tasks, length, { conduct: { pause } });
}

/** A human has to say yes, says it with another input, or says no. */
export function asking(answer: 'approve' | 'edit' | 'deny'): (random: SeededRandom) => Draft {
  return (random) => {
    const action = random.pick(['chaos.pure', 'chaos.keyed']);
    const tasks = [
      task('ask', { add: random.whole(1, 5) }),
      task('risky', { add: 10, parts: [valueOf('ask')] }, { risk: 'high', action }),
      task('then', { add: 1, parts: [valueOf('risky')] }),
    ];
    return draft('asking', tasks, undefined, { completes: answer !== 'deny', conduct: { approval: answer } });
  };
}
