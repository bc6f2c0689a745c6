import { violationOf, type Evidence, type Violation } from '../evidence.js';
import { actionTerms, knownOf, taskOf, type Known } from '../submissions.js';

const violation = violationOf('8 effects');

/** What the witness saw: one key for all attempts of a task, one commit with effect, and no work that the story does not tell of. */
export function checkEffects(evidence: Evidence): Violation[] {
  return [
    ...wrongKeys(evidence),
    ...committedTwice(evidence),
    ...knownOf(evidence).flatMap((known) => untold(known, evidence)),
  ];
}

function wrongKeys({ ledger }: Evidence): Violation[] {
  const owner = new Map<string, string>();
  const key = new Map<string, string>();
  return ledger.flatMap((line) => {
    const task = `${line.directive} ${line.task}`;
    const isOther =
      (owner.get(line.effectKey) ?? task) !== task || (key.get(task) ?? line.effectKey) !== line.effectKey;
    owner.set(line.effectKey, task);
    key.set(task, line.effectKey);
    return isOther
      ? [violation(line.directive, line.task, 'its effect key is not its own, or not always the same', line)]
      : [];
  });
}

function committedTwice(evidence: Evidence): Violation[] {
  const termsOf = actionTerms(evidence);
  const commits = evidence.ledger.filter(({ phase }) => phase === 'commit');
  return [...Map.groupBy(commits, ({ effectKey }) => effectKey).values()].flatMap((list) => {
    const [{ directive, task, action }] = list as [(typeof list)[0], ...typeof list];
    const { effect } = termsOf(action);
    const harmful = effect === 'once' ? list : list.filter(({ fresh }) => fresh);
    if (harmful.length === 1) return [];
    return [violation(directive, task, `a "${effect}" effect took place ${harmful.length} times`, list)];
  });
}

function untold({ id, body, events }: Known, { ledger }: Evidence): Violation[] {
  const granted = new Set(
    events.flatMap(({ type, task, data }) => (type === 'task.queued' ? [`${task} ${String(data['attempt'])}`] : [])),
  );
  return ledger
    .filter((line) => line.directive === id && !granted.has(`${line.task} ${line.attempt}`))
    .map((line) =>
      violation(id, line.task, `attempt ${line.attempt} was at work and was never granted`, {
        line,
        task: taskOf(body, line.task),
      }),
    );
}
