import { CocError, formatTaskIndex, type AskedRisk, type DirectiveState } from '#libs/contracts';
import type { Keys } from '../keys.js';
import { luaJson } from '../redis/lua-json.js';
import type { ScriptRunner } from '../redis/script-runner.js';

export interface HoldPlace {
  directiveId: string;
  taskIndex: number;
  /** Epoch ms at which the hold began: a decision about an earlier one is late. */
  sinceMs: number;
}

export interface HoldDecision {
  decision: 'approve' | 'deny' | 'retry' | 'complete' | 'fail';
  by: string;
  comment: string;
  digest?: string;
  scope?: string;
  /** With another input: the risk of what will run. */
  edited?: AskedRisk;
  /** Nobody answered in time. */
  isExpired?: boolean;
  /** The edited spec of an approval, or the output a task is completed with, as JSON text. */
  text?: string;
  /** Lets others of the same action in this directive go, up to this score. */
  maxScore?: number;
}

export interface NewBudget {
  maxMicroUsd?: number;
  maxTokens?: number;
  by: string;
  comment: string;
}

/** Answers to tasks that wait for a human. */
export class HoldStore {
  constructor(
    private readonly scripts: ScriptRunner,
    private readonly keys: Keys,
  ) {}

  /** The worker queue of the task. Throws NOT_FOUND, or HOLD_ENDED when it is not held any more, or for something else. */
  async decide({ directiveId, taskIndex, sinceMs }: HoldPlace, decision: HoldDecision): Promise<string> {
    const { by, comment, digest, scope, edited, isExpired, text = '', maxScore } = decision;
    const word = {
      by,
      comment,
      ...(digest && { digest }),
      ...(scope && { scope }),
      ...(edited && { edited: true, risk: edited }),
      ...(isExpired && { expired: true }),
    };
    const grant = maxScore === undefined ? '' : JSON.stringify({ maxScore, by });
    const index = formatTaskIndex(taskIndex);
    const args = [directiveId, index, sinceMs, decision.decision, luaJson(word), text, grant];
    const reply = await this.scripts.run({ name: 'decide-hold', root: this.keys.rootOf(directiveId), args });
    const [result, state = '', kind = ''] = reply as [string, string?, string?];
    if (result === 'unknown') throw new CocError('NOT_FOUND', `there is no task ${index} in ${directiveId}`);
    if (result === 'late') throw lateError(directiveId, state, kind);
    return state;
  }

  /** Throws NOT_FOUND, TRANSITION_ILLEGAL, or BUDGET_TOO_LOW for less than what is charged and reserved. */
  async raiseBudget(directiveId: string, { maxMicroUsd, maxTokens, by, comment }: NewBudget): Promise<void> {
    const args = [directiveId, maxMicroUsd ?? '', maxTokens ?? '', luaJson({ by, comment })];
    const reply = await this.scripts.run({ name: 'raise-budget', root: this.keys.rootOf(directiveId), args });
    const [result, detail, tokens] = reply as [string, string?, string?];
    if (result === 'unknown') throw new CocError('NOT_FOUND', `there is no directive ${directiveId}`);
    if (result === 'illegal')
      throw new CocError(
        'TRANSITION_ILLEGAL',
        `${directiveId} is ${detail as DirectiveState}; its budget stays as it is`,
      );
    if (result === 'low')
      throw new CocError(
        'BUDGET_TOO_LOW',
        `${detail} micro-USD and ${tokens} tokens are spent or reserved already; give more`,
      );
  }
}

function lateError(directiveId: string, state: string, kind: string): CocError {
  const now = kind === '' ? `the task is ${state}` : `the task waits for ${kind}, anew`;
  return new CocError('HOLD_ENDED', `nothing of ${directiveId} was changed: ${now}; read it again`);
}
