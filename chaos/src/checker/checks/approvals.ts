import { isDeepStrictEqual } from 'node:util';
import type { HistoryLine } from '../../rig/history-line.js';
import type { LedgerLine } from '../../witness/ledger-line.js';
import { violationOf, type Evidence, type Violation } from '../evidence.js';
import { knownOf, linesOf, type Known } from '../submissions.js';

const violation = violationOf('4 what ran is what was approved');

interface About {
  task: string;
  input: unknown;
  digest: string;
  body: { input?: unknown };
}
type Asked = Extract<HistoryLine, { kind: 'asked' }>;

/** A task that needs a human's word starts only after a yes was sent, and with the input that the yes was about. */
export function checkApprovals(evidence: Evidence): Violation[] {
  const yes = Map.groupBy(
    linesOf(evidence, 'asked').filter(({ order }) => order === 'approve'),
    ({ id, detail }) => `${id} ${(detail as About).task}`,
  );
  return knownOf(evidence).flatMap((known) =>
    known.body.tasks
      .filter(({ risk }) => risk === 'high')
      .flatMap(({ id: task }) => unlawful(known, task, yes.get(`${known.id} ${task}`) ?? [], evidence)),
  );
}

function unlawful({ id }: Known, task: string, yes: readonly Asked[], { ledger }: Evidence): Violation[] {
  const starts = ledger.filter((line) => line.directive === id && line.task === task && line.phase === 'start');
  return starts.flatMap((start) => {
    const before = yes.filter(({ atMs }) => atMs < start.atMs);
    if (before.length === 0) return [violation(id, task, 'it started without a yes', start)];
    return before.some((asked) => isAbout(asked, start))
      ? []
      : [violation(id, task, 'it ran with another input than was approved', { start, before })];
  });
}

function isAbout({ detail }: Asked, { input }: LedgerLine): boolean {
  const about = detail as About;
  return isDeepStrictEqual(about.body.input ?? about.input, input);
}
