import { violationOf, type Evidence, type Violation } from '../evidence.js';
import { finalEvents } from '../story.js';
import { linesOf } from '../submissions.js';

const cancelled = violationOf('9 nothing starts after cancel');
const paused = violationOf('10 a paused directive releases nothing');
/** Between the harness's clock and Redis', which are of one machine. */
const clockToleranceMs = 20;

/** After the client heard that its directive is cancelled no worker takes a job of it; between pause and resume nothing is granted. */
export function checkStoppedStays(evidence: Evidence): Violation[] {
  return [...afterCancel(evidence), ...whilePaused(evidence)];
}

function afterCancel(evidence: Evidence): Violation[] {
  const acknowledged = new Map(
    linesOf(evidence, 'answered')
      .filter(({ order, status }) => order === 'cancel' && status === 200)
      .toReversed()
      .map(({ id, atMs }) => [id, atMs]),
  );
  return evidence.queueEntries
    .filter(({ event }) => event === 'active')
    .flatMap((entry) => {
      const id = entry.jobId.split('.')[0]!;
      const since = acknowledged.get(id);
      if (since === undefined || entry.atMs <= since + clockToleranceMs) return [];
      const message = `a worker took it ${Math.round(entry.atMs - since)} ms after the cancel was acknowledged`;
      return [cancelled(id, null, message, entry)];
    });
}

function whilePaused({ directives }: Evidence): Violation[] {
  return directives.flatMap(({ id, events }) => {
    let isPaused = false;
    return events.flatMap((event) => {
      if (event.type === 'directive.paused') isPaused = true;
      if (event.type === 'directive.resumed' || event.type in finalEvents) isPaused = false;
      return isPaused && event.type === 'task.queued'
        ? [paused(id, event.task, 'it was granted while paused', event)]
        : [];
    });
  });
}
