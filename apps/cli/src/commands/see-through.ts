import type { CocClient } from '#libs/client';
import type { DirectiveView, TaskView } from '#libs/contracts';
import { explainStandstill } from '../approvals/explain-standstill.js';
import { type Cli, talk } from '../cli.js';
import { exitCode } from '../exit-code.js';
import { printable } from '../output/printable.js';
import { HoldView } from '../progress/hold-view.js';
import { openProgressView } from '../progress/open-view.js';
import { watchDirective } from '../progress/watch-directive.js';
import { flagOf } from './global-options.js';

/**
 * Stays with a directive to its rest, with the progress on stderr when `isShown`, else with what only a human can end.
 * Sets the exit code. Undefined when it does not rest: the user left with Ctrl-C, `late` aborted, or only a human can let it go on. They are told
 * how to come back, or what to answer.
 */
export async function seeThrough(
  cli: Cli,
  api: CocClient,
  id: string,
  isShown: boolean,
  late?: AbortSignal,
): Promise<DirectiveView | undefined> {
  const { color, canMoveCursor } = cli.env;
  const flag = flagOf(api.server);
  const view = isShown
    ? openProgressView({ stream: cli.stderr, color, canMoveCursor })
    : new HoldView(cli.stderr, id, flag);
  let held: readonly TaskView[] | undefined;
  const onStandstill = (tasks: readonly TaskView[]) => (held = tasks);
  const signal = late === undefined ? cli.interrupt : AbortSignal.any([cli.interrupt, late]);
  const directive = await watchDirective(api, id, { signal, view, onStandstill });
  if (directive === undefined) {
    tellGone(cli, `${id}${flag}`, id);
    return undefined;
  }
  if (held !== undefined) {
    explainStandstill(cli, api, directive, held);
    return undefined;
  }
  if (directive.state !== 'COMPLETED') explainEnd(cli, directive);
  return directive;
}

/** The time was over, or the user left. */
function tellGone(cli: Cli, named: string, id: string): void {
  const isDetached = cli.interrupt.aborted;
  cli.exitCode = isDetached ? exitCode.detached : exitCode.timedOut;
  talk(cli, isDetached ? `detached; ${id} goes on` : `not at rest within the time; ${id} goes on`);
  talk(cli, `next: come back with "coc watch ${named}", or end it with "coc cancel ${named}"`);
}

/** For a directive that rests without being COMPLETED: says so and sets the exit code. */
export function explainEnd(cli: Cli, directive: { id: string; state: string; error?: DirectiveView['error'] }): void {
  const { id, state, error } = directive;
  cli.exitCode = exitCode.notCompleted;
  talk(cli, printable(`coc: ${id} ended ${state}${error ? `: ${error.code}: ${error.message}` : ''}`));
  talk(
    cli,
    `next: see which tasks did not succeed with "coc status ${id}", and their lines with "coc logs ${id} TASK"`,
  );
}
