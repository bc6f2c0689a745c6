import type { CocClient } from '#libs/client';
import type { DirectiveView, TaskView } from '#libs/contracts';
import { type Cli, talk } from '../cli.js';
import { exitCode } from '../exit-code.js';
import { printable } from '../output/printable.js';
import { describeWait } from '../progress/wait-reason.js';
import { adviceText, adviseWait, askerOf } from '../waits/wait-advice.js';

// A spent budget holds all tasks of a large plan, and one answer frees them: a few of them say it as well.
const shownHolds = 5;

/** For a directive that can only go on after a human: says which tasks are held and how to answer each, and sets the exit code. */
export function explainStandstill(cli: Cli, api: CocClient, directive: DirectiveView, held: readonly TaskView[]): void {
  cli.exitCode = exitCode.waitsForHuman;
  const { id, state } = directive;
  const asker = askerOf(api);
  const count = held.length === 1 ? '1 task is held' : `${held.length} tasks are held`;
  talk(cli, `coc: ${id} can only go on after a human: ${count}${state === 'PAUSED' ? ', and it is paused' : ''}`);
  for (const task of held.slice(0, shownHolds)) {
    const { waitingOn, since, deadline } = task;
    const reason = waitingOn === null ? 'somebody' : describeWait(waitingOn, [task.id, id]);
    talk(cli, printable(`held: ${task.id} (${task.action}) waits for ${reason}, since ${since}, until ${deadline}`));
    talk(cli, printable(`  goes on when ${adviceText(adviseWait({ task, directive, asker }))}`));
  }
  if (held.length > shownHolds) talk(cli, `and ${held.length - shownHolds} more: coc status ${id} --why${asker.flag}`);
  if (state === 'PAUSED') talk(cli, `next: let it go on with "coc resume ${id}${asker.flag}"`);
  talk(cli, `next: answer, and come back with "coc watch ${id}${asker.flag}"`);
}
