import { limits, type TaskSpec } from '#libs/contracts';
import type { PlanFaults } from './plan-faults.js';
import { PlanReferences } from './plan-references.js';
import { outputPointer, tasksPointer, type PlanRequest } from './plan-request.js';
import type { LocatedReference } from './resolve-references.js';

/**
 * What one task hangs on. `dependsOn` and `references` are ascending indexes; a task that is referred to, in the input, the
 * fan-out list or the condition, is a dependency too.
 */
export interface TaskLinks {
  dependsOn: number[];
  references: number[];
  /** The references inside `input`, with pointers relative to it. */
  inputReferences: LocatedReference[];
}

/** Every task with those it waits for, and the number of edges; undefined as soon as they are over the limit. */
export function linkTasks(request: PlanRequest, faults: PlanFaults): { links: TaskLinks[]; edges: number } | undefined {
  const indexById = indexTasks(request, faults);
  const references = new PlanReferences(request, indexById, faults);
  const links: TaskLinks[] = [];
  let edges = 0;
  for (const [index, task] of request.tasks.entries()) {
    const linked = new TaskLinker(indexById, references, faults, index, `${tasksPointer(request)}/${index}`).link(task);
    links.push(linked);
    edges += linked.dependsOn.length;
    if (edges > limits.maxEdges) return undefined;
  }
  references.collect(request.output, outputPointer(request), false);
  return { links, edges };
}

function indexTasks(request: PlanRequest, faults: PlanFaults): Map<string, number> {
  const indexById = new Map<string, number>();
  for (const [index, { id }] of request.tasks.entries()) {
    const first = indexById.get(id);
    if (first === undefined) indexById.set(id, index);
    else {
      const detail = `the id "${id}" is taken by the task at position ${first}; give each task an id of its own`;
      faults.add('TASK_DUPLICATE', `${tasksPointer(request)}/${index}/id`, detail);
    }
  }
  return indexById;
}

class TaskLinker {
  constructor(
    private readonly indexById: ReadonlyMap<string, number>,
    private readonly references: PlanReferences,
    private readonly faults: PlanFaults,
    private readonly index: number,
    private readonly pointer: string,
  ) {}

  link(task: TaskSpec): TaskLinks {
    const { references, pointer } = this;
    const inputReferences = references.collect(task.input, `${pointer}/input`, task.forEach !== undefined);
    const itemReferences = references.collect(task.forEach?.items, `${pointer}/forEach/items`, false);
    const conditionReferences = references.collectCondition(task.when, `${pointer}/when`);
    const referenced = new Set<number>();
    this.addReferenced(referenced, inputReferences, `${pointer}/input`);
    this.addReferenced(referenced, itemReferences, `${pointer}/forEach/items`);
    this.addReferenced(referenced, conditionReferences, `${pointer}/when`);
    const dependsOn = new Set(referenced);
    for (const [position, id] of (task.dependsOn ?? []).entries()) {
      this.addNamed(dependsOn, task.id, id, `${pointer}/dependsOn/${position}`);
    }
    return { dependsOn: ascending(dependsOn), references: ascending(referenced), inputReferences };
  }

  private addReferenced(indexes: Set<number>, references: readonly LocatedReference[], base: string): void {
    for (const { reference, pointer } of references) {
      if ('$task' in reference) this.addIndex(indexes, reference.$task, `${base}${pointer}`);
    }
  }

  private addNamed(indexes: Set<number>, taskId: string, id: string, pointer: string): void {
    if (this.indexById.has(id)) this.addIndex(indexes, id, pointer);
    else if (!this.faults.isFull) {
      const detail = `task "${taskId}" depends on ${this.references.unknownTask(id)}`;
      this.faults.add('DEPENDENCY_UNKNOWN', pointer, detail);
    }
  }

  private addIndex(indexes: Set<number>, id: string, pointer: string): void {
    const dependency = this.indexById.get(id);
    if (dependency === this.index) {
      this.faults.add('DEPENDENCY_CYCLE', pointer, `task "${id}" waits for itself: ${id} -> ${id}; remove this`);
    } else if (dependency !== undefined) indexes.add(dependency);
  }
}

function ascending(indexes: ReadonlySet<number>): number[] {
  return [...indexes].toSorted((left, right) => left - right);
}

/** The same edges from the other end: for each task the ascending indexes of those that wait for it. */
export function dependentsOf(links: readonly TaskLinks[]): number[][] {
  const dependents: number[][] = links.map(() => []);
  for (const [index, { dependsOn }] of links.entries()) {
    for (const dependency of dependsOn) dependents[dependency]!.push(index);
  }
  return dependents;
}
