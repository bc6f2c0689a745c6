import type { PolicyFailure } from './policy-failure.js';

export interface WorkflowDescription {
  name: string;
  description: string;
  keywords: string[];
}

export type WorkflowChoice = { name: string } | { failure: PolicyFailure };

const weights = { keyword: 3, name: 2, description: 1 } as const;
/** One keyword, or a word of the name and one of the description; a single common word decides nothing. */
const threshold = 3;
const stopWords = new Set(
  'a an and are as at be by do for from give how i in into is it make me my of on or our please run set that the then this to use we what with you your'.split(
    ' ',
  ),
);

/**
 * The workflow whose words an intent uses most: each distinct word counts once, at its best weight. No workflow at the
 * threshold, and two that are equal, are failures that say what to write instead: a wrong guess would spend money.
 */
export function decideWorkflowForIntent(intent: string, workflows: readonly WorkflowDescription[]): WorkflowChoice {
  const said = wordsOf(intent);
  const scored = workflows
    .map((workflow) => ({ name: workflow.name, score: computeScore(said, workflow) }))
    .toSorted((left, right) => right.score - left.score || (left.name < right.name ? -1 : 1));
  const [best, second] = scored;
  if (!best || best.score < threshold) return { failure: noMatch(workflows) };
  if (second?.score === best.score) return { failure: tie(best.name, second.name) };
  return { name: best.name };
}

function computeScore(said: ReadonlySet<string>, workflow: WorkflowDescription): number {
  const best = new Map<string, number>();
  const weigh = (text: string, weight: number) => {
    for (const word of wordsOf(text)) if (said.has(word)) best.set(word, Math.max(best.get(word) ?? 0, weight));
  };
  // A keyword of several words counts when all of them were said.
  for (const keyword of workflow.keywords)
    if ([...wordsOf(keyword)].every((word) => said.has(word))) weigh(keyword, weights.keyword);
  weigh(workflow.name, weights.name);
  weigh(workflow.description, weights.description);
  return [...best.values()].reduce((sum, weight) => sum + weight, 0);
}

function wordsOf(text: string): Set<string> {
  const words = text.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? [];
  return new Set(words.filter((word) => !stopWords.has(word)).map(singularOf));
}

function singularOf(word: string): string {
  return word.length > 3 && word.endsWith('s') && !word.endsWith('ss') ? word.slice(0, -1) : word;
}

function noMatch(workflows: readonly WorkflowDescription[]): PolicyFailure {
  const names = workflows.map(({ name }) => `"${name}"`).slice(0, 10);
  const known = names.length > 0 ? `known workflows: ${names.join(', ')}` : 'no workflow is known';
  return {
    code: 'WORKFLOW_UNKNOWN',
    message: `the intent matches no workflow; ${known}; or give "workflow" or "tasks" instead of "intent"`,
  };
}

function tie(left: string, right: string): PolicyFailure {
  return {
    code: 'WORKFLOW_UNKNOWN',
    message: `the intent matches "${left}" and "${right}" equally; give "workflow" with the one you mean`,
  };
}
