import { violationOf, type Evidence, type StoredEvent, type Violation } from '../evidence.js';
import { finalEvents, taskEnds } from '../story.js';
import { knownOf, storedTasks, type Known } from '../submissions.js';

const violation = violationOf('6 the story gives the state');

const movesOf: Readonly<Record<string, string>> = {
  ...finalEvents,
  'directive.released': 'QUEUED',
  'directive.started': 'RUNNING',
  'directive.paused': 'PAUSED',
  'directive.resumed': 'RUNNING',
  'directive.degraded': 'DEGRADED',
  'directive.recovered': 'RUNNING',
  'directive.partially_completed': 'PARTIALLY_COMPLETED',
};
/** In the record's `counts`, in this order. */
const counted = ['succeeded', 'failed', 'skipped', 'cancelled', 'expired'];
const firstCounted = 3;

/** Who reads only the events comes to the state that is on record: of the directive, of each task, and in numbers. */
export function checkStoryFolds(evidence: Evidence): Violation[] {
  return knownOf(evidence).flatMap((known) => [...wrongState(known), ...wrongTasks(known), ...wrongCounts(known)]);
}

function wrongState({ id, events, stored: { record } }: Known): Violation[] {
  // A task list is planned when it is accepted; one that is to be started later waits.
  const told =
    events.flatMap(({ type }) => movesOf[type] ?? []).at(-1) ??
    (events[0]?.data['start'] === undefined ? 'QUEUED' : 'PENDING');
  return told === record['state']
    ? []
    : [violation(id, null, `its story says ${told}, the record ${record['state']}`, events.slice(-5))];
}

function endsOf(events: readonly StoredEvent[]): Map<string, string> {
  return new Map(
    events.flatMap(({ type, task, data }) => {
      // Of a retry: what had succeeded in the directive before.
      if (type === 'directive.kept') return (data['tasks'] as string[]).map((kept) => [kept, 'succeeded'] as const);
      return task !== null && type in taskEnds ? [[task, taskEnds[type]!] as const] : [];
    }),
  );
}

function wrongTasks({ id, events, stored }: Known): Violation[] {
  const told = endsOf(events);
  const finals = Object.values(taskEnds);
  return [...storedTasks(stored)].flatMap(([task, { state }]) => {
    const kept = state !== undefined && finals.includes(state) ? state : undefined;
    if (kept === told.get(task)) return [];
    return [
      violation(
        id,
        task,
        `its story ends with ${told.get(task)}, the record says ${state}`,
        events.filter((event) => event.task === task),
      ),
    ];
  });
}

function wrongCounts({ id, body, events, stored: { record } }: Known): Violation[] {
  const ends = [...endsOf(events).values()];
  const told = counted.map((state) => ends.filter((end) => end === state).length);
  const counts = JSON.parse(record['counts'] ?? '[]') as number[];
  const kept = counts.slice(firstCounted, firstCounted + counted.length);
  const children = events
    .filter(({ type }) => type === 'task.expanded')
    .reduce((all, { data }) => all + Number(data['items']), 0);
  const total = body.tasks.length + children;
  if (told.join() === kept.join() && counts[1] === total) return [];
  return [
    violation(
      id,
      null,
      `of ${total} tasks ${counted.join(', ')} are ${told.join(', ')} by its story, ${kept.join(', ')} of ${counts[1]} on record`,
      counts,
    ),
  ];
}
