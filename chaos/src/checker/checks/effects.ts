import type { LedgerLine } from '../../witness/ledger-line.js';
import { violationOf, type Evidence, type Violation } from '../evidence.js';
import { actionTerms, knownOf, linesOf, taskOf, type Known } from '../submissions.js';

const violation = violationOf('8 effects');
/** From the Sentinels' choice to the line in the history: so long the old master may still grant, and all of that is taken back. */
const failoverMs = 5_000;

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

/** Work that may be done again, under a grant that the failover of a moment later took back. */
function wasTakenBack(line: LedgerLine, evidence: Evidence): boolean {
  if (actionTerms(evidence)(line.action).effect === 'once') return false;
  return linesOf(evidence, 'fault').some(
    ({ detail, atMs }) => detail['what'] === 'promoted replica' && line.atMs > atMs - failoverMs && line.atMs < atMs,
  );
}

function untold({ id, body, events }: Known, evidence: Evidence): Violation[] {
  const { ledger } = evidence;
  const granted = new Set(
    events.flatMap(({ type, task, data }) => (type === 'task.queued' ? [`${task} ${String(data['attempt'])}`] : [])),
  );
  return ledger
    .filter((line) => line.directive === id && !granted.has(`${line.task} ${line.attempt}`))
    .filter((line) => !wasTakenBack(line, evidence))
    .map((line) =>
      violation(id, line.task, `attempt ${line.attempt} was at work and was never granted`, {
        line,
        task: taskOf(body, line.task),
      }),
    );
}
