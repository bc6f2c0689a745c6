import { draft, task, valueOf, type Draft } from '../load/draft.js';

/** A retry and an effect that nobody may repeat, between one task and the next. */
function diamond(): Draft {
  const tasks = [
    task('top', { add: 1 }),
    // Longer than a start waits for its outcome, so that it is told by itself.
    task(
      'left',
      { add: 2, ms: 150, failures: 1, parts: [valueOf('top')] },
      { action: 'chaos.keyed', retryDelayMs: 50 },
    ),
    task('right', { add: 4, parts: [valueOf('top')] }, { action: 'chaos.once' }),
    task('bottom', { parts: [valueOf('left'), valueOf('right')] }),
  ];
  return draft('diamond', tasks, 8, { conduct: { completeWith: 5 } });
}

function fanOut(): Draft {
  const tasks = [
    task('list', { items: 3 }),
    task('each', { add: 1, parts: [{ $item: '' }] }, { forEach: { items: { $task: 'list', path: '/items' } } }),
    task('join', { parts: [{ $task: 'each' }] }),
  ];
  return draft('for-each', tasks, 9);
}

/** Cancelled while one is at work, one is in a queue that nobody serves here, and one waits. */
function cancelled(): Draft {
  const tasks = [
    task('slow', { ms: 5_000 }),
    task('queued', {}, { action: 'chaos.foreign' }),
    task('then', { parts: [valueOf('slow')] }),
  ];
  return draft('cancelled', tasks, undefined, { completes: false, conduct: { cancelAfterMs: 300 } });
}

function approved(): Draft {
  const tasks = [task('ask', { add: 1 }), task('risky', { add: 2, parts: [valueOf('ask')] }, { risk: 'high' })];
  return draft('approval', tasks, 3, { conduct: { approval: 'approve' } });
}

/** Small, and it touches every room that takes a task list; the review workflow is submitted beside it. */
export const crashScenario = (): Draft[] => [diamond(), fanOut(), cancelled(), approved()];
