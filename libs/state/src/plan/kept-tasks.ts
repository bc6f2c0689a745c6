import { formatTaskIndex, type Plan } from '#libs/contracts';

/** A task that had succeeded in the directive before. */
export interface KeptTask {
  index: number;
  /** When it did, in epoch ms. */
  sinceMs: number;
  /** What `d:<id>:tasks` has as its output: JSON or a claim; null when it gave none. */
  output: string | null;
}

/** What a retry takes over of the directive before. */
export interface KeptWork {
  /** Of which directive, by which of its checkpoints, which stands for its story up to `seq`. */
  origin: { from: string; checkpoint: number; seq: number };
  tasks: KeptTask[];
  /** `[sha256, entry as JSON]` */
  artifacts: [string, string][];
}

/** The tasks of a plan that are not to run, by index. */
export type KeptIndexes = ReadonlyMap<number, KeptTask>;

export const nothingKept: KeptIndexes = new Map();

/** The hash fields that make it a task which has succeeded. No attempt of it was made here, and it cost nothing. */
export function keptFields({ index, sinceMs, output }: KeptTask): string[] {
  const field = formatTaskIndex(index);
  const state = JSON.stringify({ state: 'succeeded', since: sinceMs });
  return [field, state, ...(output === null ? [] : [`${field}:output`, output])];
}

/** Where the rest of the plan begins: tasks that wait for nothing but what is kept. */
export function rootsOf({ tasks, roots }: Plan, kept: KeptIndexes): number[] {
  if (kept.size === 0) return roots;
  const isRoot = ({ index, dependsOn }: Plan['tasks'][number]): boolean =>
    !kept.has(index) && dependsOn.every((dependency) => kept.has(dependency));
  return tasks.filter(isRoot).map(({ index }) => index);
}
