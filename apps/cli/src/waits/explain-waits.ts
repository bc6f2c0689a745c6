import type { DirectiveView, TaskView } from '#libs/contracts';
import type { Cli } from '../cli.js';
import { formatDuration } from '../output/duration.js';
import { type OutputFormat, printData } from '../output/output-format.js';
import { printable } from '../output/printable.js';
import { renderTable } from '../output/table.js';
import { describeWait } from '../progress/wait-reason.js';
import { isAtRest } from '../progress/watch-directive.js';
import { type Asker, adviceText, adviseWait } from './wait-advice.js';

interface Waits {
  directive: DirectiveView;
  /** Those that are not final. */
  tasks: readonly TaskView[];
}

/** What each task waits for, since when, until when, who has it, and what would free it. */
export function explainWaits(cli: Cli, format: OutputFormat, { directive, tasks }: Waits, asker: Asker): void {
  const advised = tasks.map((task) => ({ ...task, freedBy: adviseWait({ task, directive, asker }) }));
  printData(cli, format, { directive, tasks: advised }, () => {
    if (tasks.length === 0) return nothingText(directive);
    return renderTable(
      ['TASK', 'STATE', 'WAITS FOR', 'SINCE', 'UNTIL', 'OWNER', 'FREED WHEN'],
      advised.map((task) => [...waitRow(task), adviceText(task.freedBy)]),
    );
  });
}

function nothingText(directive: DirectiveView): string {
  const { id, state } = directive;
  if (isAtRest(directive)) return `${id} is ${state}: nothing waits\n`;
  if (directive.waitingOn) return `${id} is ${state} and waits for ${describeWait(directive.waitingOn, [id])}\n`;
  const error = directive.error ? `: ${printable(directive.error.message)}` : '';
  return `${id} is ${state}${error} and no task waits; it goes on when its plan is decided or reviewed\n`;
}

function waitRow({ id, state, waitingOn, since, deadline, owner }: TaskView): string[] {
  const span = since === null ? '' : ` (${formatDuration(Date.now() - Date.parse(since))})`;
  const reason = waitingOn === null ? '-' : describeWait(waitingOn);
  return [id, state, reason, `${since ?? '-'}${span}`, deadline ?? 'no limit of its own', owner ?? '-'];
}
