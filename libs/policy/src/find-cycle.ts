/** For each index the indexes it is joined to. */
type Adjacency = readonly (readonly number[])[];

/**
 * A cycle of the graph as indexes, the smallest first, each waiting for the next and the last for the first; undefined
 * when there is none. It is the shortest through one of its tasks. Linear and without recursion: a chain may have 10,000 tasks.
 */
export function findCycle(dependsOn: Adjacency, dependents: Adjacency): number[] | undefined {
  const left = tasksLeftAfterPeeling(dependsOn, dependents);
  const [start] = left;
  if (start === undefined) return undefined;
  const cycle = shortestThrough(stepOntoCycle(start, dependsOn, left), dependsOn, left);
  const smallest = cycle.indexOf(Math.min(...cycle));
  return [...cycle.slice(smallest), ...cycle.slice(0, smallest)];
}

/** What remains when every task whose dependencies are all gone is taken away, again and again: cycles and what waits for them. */
function tasksLeftAfterPeeling(dependsOn: Adjacency, dependents: Adjacency): Set<number> {
  const open = dependsOn.map((dependencies) => dependencies.length);
  const left = new Set(open.keys());
  const free = [...left].filter((index) => open[index] === 0);
  for (let index = free.pop(); index !== undefined; index = free.pop()) {
    left.delete(index);
    for (const dependent of dependents[index]!) {
      open[dependent]! -= 1;
      if (open[dependent] === 0) free.push(dependent);
    }
  }
  return left;
}

/** Every task that is left has a dependency that is left, so going on must meet a task a second time. */
function stepOntoCycle(start: number, dependsOn: Adjacency, left: ReadonlySet<number>): number {
  const seen = new Set<number>();
  let index = start;
  while (!seen.has(index)) {
    seen.add(index);
    index = dependsOn[index]!.find((dependency) => left.has(dependency))!;
  }
  return index;
}

function shortestThrough(start: number, dependsOn: Adjacency, left: ReadonlySet<number>): number[] {
  const cameFrom = new Map<number, number>();
  const queue = [start];
  for (const index of queue) {
    for (const dependency of dependsOn[index]!) {
      if (!left.has(dependency) || cameFrom.has(dependency)) continue;
      cameFrom.set(dependency, index);
      queue.push(dependency);
    }
    if (cameFrom.has(start)) break;
  }
  return pathTo(cameFrom.get(start)!, start, cameFrom);
}

function pathTo(end: number, start: number, cameFrom: ReadonlyMap<number, number>): number[] {
  const path = [end];
  for (let index = end; index !== start;) {
    index = cameFrom.get(index)!;
    path.push(index);
  }
  return path.toReversed();
}
