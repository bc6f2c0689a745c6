import type { DirectiveView } from '#libs/contracts';
import type { CocApi } from '../api/coc-api.js';
import { type Cli, talk } from '../cli.js';
import { exitCode } from '../exit-code.js';
import { printable } from '../output/printable.js';
import { openProgressView } from '../progress/progress-view.js';
import { watchDirective } from '../progress/watch-directive.js';

/**
 * Stays with a directive to its rest, with the progress on stderr when `isShown`. Sets the exit code. Undefined when
 * the user left with Ctrl-C: the directive goes on, and they are told how to come back.
 */
export async function seeThrough(
  cli: Cli,
  api: CocApi,
  id: string,
  isShown: boolean,
): Promise<DirectiveView | undefined> {
  const { color, canMoveCursor } = cli.env;
  const view = isShown ? openProgressView({ stream: cli.stderr, color, canMoveCursor }) : undefined;
  const directive = await watchDirective(api, id, { signal: cli.interrupt, view });
  if (directive === undefined) {
    cli.exitCode = exitCode.detached;
    talk(cli, `detached; ${id} goes on`);
    talk(cli, `next: come back with "coc status ${id} --watch${api.server.flag}", or end it with "coc cancel ${id}"`);
    return undefined;
  }
  if (directive.state !== 'COMPLETED') explainEnd(cli, directive);
  return directive;
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
