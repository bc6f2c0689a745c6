import type { CocClient } from '#libs/client';
import { type DirectiveView, type TaskView, type WaitKind, formatTaskIndex, localPrincipal } from '#libs/contracts';
import { flagOf } from '../commands/global-options.js';

/** Who looks, and what their next command needs to meet the same server. */
export interface Asker {
  actor: string;
  /** Empty, or ` --url …`. */
  flag: string;
}

/** What frees a task: a sentence, and the commands of which one does it where a human can act. */
export interface WaitAdvice {
  sentence: string;
  commands: string[];
}

export type AdvisedDirective = Pick<DirectiveView, 'id' | 'actor' | 'state'>;

interface Wait {
  task: TaskView;
  directive: AdvisedDirective;
  asker: Asker;
}

export function askerOf({ actor = localPrincipal.actor, server }: CocClient): Asker {
  return { actor, flag: flagOf(server) };
}

/** The id under which `coc approvals` knows the task. */
function holdIdOf({ id }: Pick<DirectiveView, 'id'>, { index }: Pick<TaskView, 'index'>): string {
  return `${id}.${formatTaskIndex(index)}`;
}

export function adviseWait(wait: Wait): WaitAdvice {
  const kind = kindOf(wait);
  if (kind === undefined) return { sentence: 'this server does not say', commands: [] };
  const sentence = sentences[kind](wait);
  return { sentence, commands: (commands[kind]?.(wait) ?? []).map((command) => `coc ${command}${wait.asker.flag}`) };
}

/** `sentence: "one command", "another" or "a third"`. */
export function adviceText({ sentence, commands: listed }: WaitAdvice): string {
  const quoted = listed.map((command) => `"${command}"`);
  if (quoted.length < 2) return [sentence, ...quoted].join(': ');
  return `${sentence}: ${quoted.slice(0, -1).join(', ')} or ${quoted.at(-1)}`;
}

function kindOf({ task, directive }: Wait): WaitKind | undefined {
  if (directive.state === 'PAUSED' && task.state === 'ready') return 'paused';
  return task.waitingOn?.kind;
}

const refOf = ({ task }: Wait): string => task.waitingOn?.ref ?? '';
const listOf = (refs: string): string => refs.split(',').join(', ');
const isOwnRequest = ({ asker, directive }: Wait): boolean => asker.actor === directive.actor;

const sentences: Record<WaitKind, (wait: Wait) => string> = {
  plan: () => 'the orchestrator decides the plan',
  dependencies: (wait) => `the tasks before it end: ${listOf(refOf(wait)) || 'the last of them just did'}`,
  children: () => 'the last of the tasks it was spread into ends',
  release: () => 'the executor releases it, in a moment',
  window: (wait) => `another attempt in its queue ends (${refOf(wait)})`,
  worker: (wait) => `a worker takes it; if none serves ${wait.task.action}, start one`,
  'no-worker': (wait) => `somebody starts a worker for ${wait.task.action}: none takes its tasks`,
  outcome: () => 'its worker ends, or its time runs out; its lines',
  retry: () => 'the executor starts the next attempt when it is due',
  budget: () => 'a human raises the budget or gives the task up; see what was spent first',
  'budget-reserved': () =>
    'a task that runs ends and leaves some of what was reserved for it, or a human raises the budget',
  rate: (wait) => `its turn comes under the rate of ${refOf(wait)}`,
  concurrency: (wait) => `a task at work under the concurrency key ${refOf(wait)} ends`,
  directives: (wait) => `a directive of ${refOf(wait)} that is at work ends or waits`,
  'tenant-budget': (wait) =>
    `a directive of ${refOf(wait)} ends and leaves some of what it drew, or the day turns (UTC)`,
  approval: (wait) =>
    isOwnRequest(wait)
      ? `a human approves or denies it; ${wait.asker.actor} asked for it, so NAME is somebody else`
      : 'a human approves or denies it',
  paused: () => 'a human lets the directive go on',
  'effect-unknown': () => 'a human finds out whether it took effect, and says so',
  condition: () => 'the executor looks at its condition, in a moment',
  review: () => 'the orchestrator reviews the result',
  start: () => 'a human starts the directive',
  time: (wait) => `it is ${refOf(wait)}, or a human starts the directive`,
};

const raise = ({ directive }: Wait): string => `budget raise ${directive.id} --usd LIMIT`;

/** In the order in which one would use them. */
const commands: Partial<Record<WaitKind, (wait: Wait) => string[]>> = {
  outcome: ({ directive, task }) => [`logs ${directive.id} '${task.id}'`],
  budget: (wait) => [
    `budget explain ${wait.directive.id}`,
    raise(wait),
    `approvals resolve ${holdIdOf(wait.directive, wait.task)} fail`,
  ],
  'budget-reserved': (wait) => [`budget explain ${wait.directive.id}`, raise(wait)],
  approval: (wait) => {
    const id = holdIdOf(wait.directive, wait.task);
    const other = isOwnRequest(wait) ? ' --as NAME' : '';
    return [`approvals show ${id}`, `approvals approve ${id}${other}`, `approvals deny ${id}`];
  },
  paused: ({ directive }) => [`resume ${directive.id}`],
  start: ({ directive }) => [`start ${directive.id}`],
  time: ({ directive }) => [`start ${directive.id}`],
  'effect-unknown': (wait) => {
    const resolve = `approvals resolve ${holdIdOf(wait.directive, wait.task)}`;
    return [`${resolve} retry`, `${resolve} complete --output-file FILE`, `${resolve} fail`];
  },
};
