import { type TaskState, type TaskView, finalTaskStates } from '#libs/contracts';

/** A line of the tree. `children` are all tasks a fan-out was spread into, shown or not. */
export interface TreeRow {
  task: TaskView;
  depth: number;
  children: readonly TaskView[];
  /** Lower is shown first when not all rows fit. */
  rank: number;
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
const lowestRank = 7;
const worthShowing = ranks.deferred;

/** Rows in plan order: each task, and below a fan-out the few children that fail, wait for someone or run. */
export function growTree(tasks: readonly TaskView[]): TreeRow[] {
  const ids = new Set(tasks.map((task) => task.id));
  const byParent = Map.groupBy(tasks, (task) => (task.parent !== null && ids.has(task.parent) ? task.parent : null));
  const rows: TreeRow[] = [];
  const grow = (task: TaskView, depth: number): number => {
    const children = byParent.get(task.id) ?? [];
    const row = { task, depth, children, rank: ranks[task.state] };
    rows.push(row);
    for (const child of pickChildren(children)) row.rank = Math.min(row.rank, grow(child, depth + 1));
    return row.rank;
  };
  for (const task of byParent.get(null) ?? []) grow(task, 0);
  return rows;
}

function pickChildren(children: readonly TaskView[]): TaskView[] {
  const active = children.filter((child) => ranks[child.state] <= worthShowing);
  return active.toSorted((one, other) => ranks[one.state] - ranks[other.state]).slice(0, shownChildren);
}

/** The rows that matter most, in plan order. A parent ranks no lower than its child, so a child never stands alone. */
export function fitRows(rows: readonly TreeRow[], limit: number): TreeRow[] {
  if (rows.length <= limit) return [...rows];
  const kept = new Set<TreeRow>();
  for (let rank = 0; rank <= lowestRank; rank++) {
    for (const row of rows) {
      if (kept.size >= limit) break;
      if (row.rank === rank) kept.add(row);
    }
  }
  return rows.filter((row) => kept.has(row));
}

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
