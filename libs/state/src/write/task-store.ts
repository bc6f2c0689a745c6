import { CocError, formatTaskIndex, type TaskState, type TaskVerb } from '#libs/contracts';
import type { Keys } from '../keys.js';
import { luaJson } from '../redis/lua-json.js';
import type { ScriptRunner } from '../redis/script-runner.js';

export interface TaskOrder {
  verb: TaskVerb;
  by: string;
  comment: string;
  /** The output a task is completed with, as JSON text. */
  text?: string;
  /** Who orders may answer for the task where it waits for a human. */
  mayAnswer: boolean;
  /** The last event that the one who orders saw: after another nothing is done. */
  lastSeq?: number | undefined;
}

/** What humans order of single tasks. */
export class TaskStore {
  constructor(
    private readonly scripts: ScriptRunner,
    private readonly keys: Keys,
  ) {}

  /**
   * False, and nothing done, when it waits for a human by now, for whom the order was not judged. Throws NOT_FOUND, TRANSITION_ILLEGAL with the state of the task and the verbs that it allows, or PRECONDITION_FAILED.
   */
  async order(directiveId: string, taskIndex: number, order: TaskOrder): Promise<boolean> {
    const { verb, by, comment, text = '', lastSeq, mayAnswer } = order;
    const index = formatTaskIndex(taskIndex);
    const args = [directiveId, index, verb, luaJson({ by, comment }), text, lastSeq ?? '', mayAnswer ? 'held' : ''];
    const reply = await this.scripts.run({ name: 'order-task', root: this.keys.rootOf(directiveId), args });
    const [result, state = '', ...allowed] = reply as [string, string?, ...string[]];
    if (result === 'unknown') throw new CocError('NOT_FOUND', `there is no task ${index} in ${directiveId}`);
    if (result === 'changed')
      throw new CocError('PRECONDITION_FAILED', `${directiveId} changed since: its last event is ${state} now`);
    if (result === 'illegal') throw illegal(verb, state as TaskState, allowed as TaskVerb[]);
    return result !== 'held';
  }
}

function illegal(verb: TaskVerb, state: TaskState, allowed: TaskVerb[]): CocError {
  const instead = allowed.length === 0 ? 'nothing can be ordered of it' : `it allows ${allowed.join(', ')}`;
  return new CocError('TRANSITION_ILLEGAL', `the task is ${state}, and ${verb} is not for it: ${instead}`, [], {
    task: { state, allowed },
  });
}
