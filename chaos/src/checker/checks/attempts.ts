import { violationOf, type Evidence, type Violation } from '../evidence.js';
import { attemptsOf, wasTakenBack, type StoryAttempt } from '../story.js';
import { actionTerms, knownOf, taskOf, type Known } from '../submissions.js';

const violation = violationOf('8 attempts <= maxRetries + 1, once starts at most once');
const defaultRetries = 2;

/** By the story for the number of attempts, by the witness for what may start but once. */
export function checkAttempts(evidence: Evidence): Violation[] {
  return [...knownOf(evidence).flatMap(tooMany), ...startedAgain(evidence)];
}

function tooMany({ id, body, events }: Known): Violation[] {
  const byTask = Map.groupBy(attemptsOf(events), ({ task }) => task);
  return [...byTask].flatMap(([task, attempts]) => {
    const most = (taskOf(body, task)?.maxRetries ?? body.policies?.maxRetries ?? defaultRetries) + 1;
    const sent = attempts.filter((attempt) => !wasTakenBack(attempt));
    if (sent.length > most)
      return [violation(id, task, `${sent.length} attempts, ${most} are allowed`, shown(attempts))];
    const wrong = sent.find(({ attempt }, at) => attempt !== at + 1);
    return wrong ? [violation(id, task, `attempt ${wrong.attempt} is out of order`, shown(attempts))] : [];
  });
}

function startedAgain(evidence: Evidence): Violation[] {
  const termsOf = actionTerms(evidence);
  const starts = evidence.ledger.filter(({ phase, action }) => phase === 'start' && termsOf(action).effect === 'once');
  const byTask = Map.groupBy(starts, ({ directive, task }) => `${directive} ${task}`);
  return [...byTask.values()]
    .filter((list) => list.length > 1)
    .map((list) => violation(list[0]!.directive, list[0]!.task, `a "once" task started ${list.length} times`, list));
}

function shown(attempts: readonly StoryAttempt[]): unknown {
  return attempts.map(({ attempt, queued, ended }) => ({ attempt, granted: queued.seq, ended: ended?.type }));
}
