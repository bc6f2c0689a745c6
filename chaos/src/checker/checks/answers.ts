import { violationOf, type Evidence, type Violation } from '../evidence.js';
import { storedTasks, submissionsOf } from '../submissions.js';

const violation = violationOf('the right answer');

/** Each task adds up what it got: a part that is missing, stale or counted twice shows in the last task's output. */
export function checkAnswers(evidence: Evidence): Violation[] {
  return submissionsOf(evidence).flatMap(({ submit: { body, expect }, stored }) => {
    if (expect.value === undefined || stored?.record['state'] !== 'COMPLETED') return [];
    const last = body.tasks.at(-1)!.id;
    const value = storedTasks(stored).get(last)?.output?.['value'];
    return value === expect.value
      ? []
      : [violation(stored.id, last, `its value is ${String(value)}, not ${expect.value}`, body)];
  });
}
