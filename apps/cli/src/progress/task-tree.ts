import { type TaskState, type TaskView, finalTaskStates } from '#libs/contracts';

/** A line of the tree. `children` are all tasks a fan-out was spread into, shown or not. */
export interface TreeRow {
  task: TaskView;
  depth: number;
  children: readonly TaskView[];
  parent: TreeRow | undefined;
}

const shownChildren = 5;

// What a person must act on comes before what moves, and what moves before what is over or far away.
const ranks: Record<TaskState, number> = {
  failed: 0,
  expired: 0,
  held: 1,
  running: 2,
  dispatched: 3,
  deferred: 4,
  ready: 5,
  waiting: 6,
  succeeded: 7,
  cancelled: 7,
  skipped: 7,
};
const worthShowing = ranks.deferred;
// Failed, held, running: hundreds of one kind must not hide the others.
const sharingRanks = 3;

/** Rows in plan order: each task, and below a fan-out the few children that fail, wait for someone or run. */
export function growTree(tasks: readonly TaskView[]): TreeRow[] {
  const ids = new Set(tasks.map((task) => task.id));
  const byParent = Map.groupBy(tasks, (task) => (task.parent !== null && ids.has(task.parent) ? task.parent : null));
  const rows: TreeRow[] = [];
  const grow = (task: TaskView, depth: number, parent: TreeRow | undefined) => {
    const children = byParent.get(task.id) ?? [];
    const row = { task, depth, children, parent };
    rows.push(row);
    for (const child of pickChildren(children)) grow(child, depth + 1, row);
  };
  for (const task of byParent.get(null) ?? []) grow(task, 0, undefined);
  return rows;
}

function pickChildren(children: readonly TaskView[]): TaskView[] {
  const active = children.filter((child) => ranks[child.state] <= worthShowing);
  return byRank(pickFairly(active, (child) => child.state, shownChildren));
}

/** The rows that matter most, in plan order. A child never stands without its parent. */
export function fitRows(rows: readonly TreeRow[], limit: number): TreeRow[] {
  if (rows.length <= limit) return [...rows];
  const kept = new Set<TreeRow>();
  // Three times the limit: some are there already as parents, some do not fit with theirs.
  for (const row of pickFairly(rows, ({ task }) => task.state, 3 * limit)) {
    const missing = [row, ...ancestorsOf(row)].filter((it) => !kept.has(it));
    if (kept.size + missing.length <= limit) for (const it of missing) kept.add(it);
    if (kept.size >= limit) break;
  }
  return rows.filter((row) => kept.has(row));
}

function ancestorsOf({ parent }: TreeRow): TreeRow[] {
  return parent === undefined ? [] : [parent, ...ancestorsOf(parent)];
}

/** The first `limit` by rank, but failed, held and running ones in turns. */
function pickFairly<T>(items: readonly T[], stateOf: (item: T) => TaskState, limit: number): T[] {
  const lists = Array.from({ length: Math.max(...Object.values(ranks)) + 1 }, (): T[] => []);
  for (const item of items) lists[ranks[stateOf(item)]]!.push(item);
  const sharing = lists.slice(0, sharingRanks);
  const longest = Math.min(limit, Math.max(...sharing.map((list) => list.length)));
  const inTurns = Array.from({ length: longest }, (_, turn) => sharing.flatMap((list) => list.slice(turn, turn + 1)));
  return [...inTurns.flat(), ...lists.slice(sharingRanks).flat()].slice(0, limit);
}

const byRank = (tasks: readonly TaskView[]) => tasks.toSorted((one, other) => ranks[one.state] - ranks[other.state]);

/** `30 succeeded, 10 waiting`, in the order in which the states matter. */
export function describeCounts(tasks: readonly TaskView[], isCounted: (state: TaskState) => boolean): string {
  const counts = new Map<TaskState, number>();
  for (const { state } of tasks) if (isCounted(state)) counts.set(state, (counts.get(state) ?? 0) + 1);
  const states = [...counts.keys()].toSorted((one, other) => ranks[one] - ranks[other]);
  return states.map((state) => `${counts.get(state)} ${state}`).join(', ');
}

export function isFinalTask(task: TaskView): boolean {
  return finalTaskStates.includes(task.state);
}
