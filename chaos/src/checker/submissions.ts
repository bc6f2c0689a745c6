import type { HistoryLine, SubmittedBody, SubmittedTask } from '../rig/history-line.js';
import type { Evidence, StoredDirective, StoredEvent } from './evidence.js';

type Submit = Extract<HistoryLine, { kind: 'submit' }>;

/** A directive as the client knows it, and what became of it. */
export interface Submission {
  key: string;
  submit: Submit;
  /** What the submits with this key were answered, in order. */
  ids: string[];
  stored: StoredDirective | undefined;
}

export function linesOf<Kind extends HistoryLine['kind']>(
  { history }: Pick<Evidence, 'history'>,
  kind: Kind,
): Extract<HistoryLine, { kind: Kind }>[] {
  return history.filter((line): line is Extract<HistoryLine, { kind: Kind }> => line.kind === kind);
}

/** The client's own key stands among the labels of its directive. */
export function keyOf({ record }: StoredDirective): string | undefined {
  return (JSON.parse(record['labels'] || '{}') as { key?: string }).key;
}

export function submissionsOf(evidence: Evidence): Submission[] {
  const accepted = Map.groupBy(linesOf(evidence, 'accepted'), ({ key }) => key);
  const stored = new Map(evidence.directives.map((each) => [keyOf(each), each]));
  return linesOf(evidence, 'submit').map((submit) => ({
    key: submit.key,
    submit,
    ids: (accepted.get(submit.key) ?? []).map(({ id }) => id),
    stored: stored.get(submit.key),
  }));
}

/** A submission that is in Redis. */
export interface Known {
  id: string;
  body: SubmittedBody;
  stored: StoredDirective;
  events: StoredEvent[];
}

export function knownOf(evidence: Evidence): Known[] {
  return submissionsOf(evidence).flatMap(({ submit: { body }, stored }) =>
    stored ? [{ id: stored.id, body, stored, events: stored.events }] : [],
  );
}

/** `each[3]` is a child of `each`. */
function parentOf(task: string): string {
  return task.replace(/\[\d+\]$/, '');
}

/** As it was submitted; of a fan-out's child its parent. */
export function taskOf(body: SubmittedBody, task: string): SubmittedTask | undefined {
  return body.tasks.find(({ id }) => id === parentOf(task));
}

function referencesIn(value: unknown): string[] {
  if (Array.isArray(value)) return value.flatMap(referencesIn);
  if (typeof value !== 'object' || value === null) return [];
  const own = '$task' in value && typeof value.$task === 'string' ? [value.$task] : [];
  return [...own, ...Object.values(value).flatMap(referencesIn)];
}

export function dependenciesOf({ dependsOn, input, forEach }: SubmittedTask): string[] {
  return [...new Set([...(dependsOn ?? []), ...referencesIn(input), ...referencesIn(forEach)])];
}

interface ActionTerms {
  effect: string;
  maxCostUsd: number | null;
}

/** What the catalog said of an action. */
export function actionTerms(evidence: Evidence): (action: string) => ActionTerms {
  const actions = new Map(linesOf(evidence, 'catalog').flatMap((line) => Object.entries(line.actions)));
  return (action) => actions.get(action) ?? { effect: 'once', maxCostUsd: 0 };
}

/** What the record knows of a task by its name; undefined for one that was never touched. */
export interface StoredTask {
  state?: string;
  attempt?: number;
  nonce?: string;
  waiting?: [string, string];
  output?: Record<string, unknown>;
}

export function storedTasks({ plan, tasks }: StoredDirective): Map<string, StoredTask> {
  const indexes = Object.entries(plan).filter(([field]) => !field.includes(':'));
  return new Map(
    indexes.map(([index, control]) => {
      const state = JSON.parse(tasks[index] ?? '{}') as StoredTask;
      const output = tasks[`${index}:output`];
      const product = output === undefined ? {} : { output: JSON.parse(output) as Record<string, unknown> };
      return [(JSON.parse(control) as { id: string }).id, { ...state, ...product }];
    }),
  );
}
