import { ApiError, type CocClient } from '#libs/client';
import type { Json, TaskView } from '#libs/contracts';
import type { DirectiveResult, TaskResult } from '../chain-of-command.d.ts';

/** What became of a directive that rests. */
export async function readResult(client: CocClient, id: string): Promise<DirectiveResult> {
  const [directive, tasks] = await Promise.all([client.getDirective(id), client.listTasks(id)]);
  const { ref, state, error, budget, createdAt, startedAt, finishedAt } = directive;
  const output = await readOutput(client, id, state === 'COMPLETED');
  const { chargedUsd: costUsd, chargedTokens: tokens } = budget;
  const times = { createdAt, startedAt, finishedAt };
  return { id, ref, state, output, tasks: tasks.map(taskResult), costUsd, tokens, error, ...times };
}

/** An output whose template needs what failed cannot be made; that is no second failure. */
async function readOutput(client: CocClient, id: string, isCompleted: boolean): Promise<Json> {
  try {
    return (await client.getOutput(id)).output;
  } catch (error) {
    if (!isCompleted && error instanceof ApiError) return null;
    throw error;
  }
}

function taskResult({ id, action, state, attempt, parent, error, costUsd, tokens }: TaskView): TaskResult {
  return { id, action, state, attempts: attempt, parent, error, costUsd, tokens };
}
