import {
  actionQueue,
  formatTaskIndex,
  parseTaskIndex,
  type Effect,
  type Json,
  type Plan,
  type PlannedTask,
} from '#libs/contracts';
import { collectReferences } from '#libs/policy';

/** Dependents kept in the control record itself; longer lists go to edge chunks, worked off by the cascade. */
const inlineEdges = 64;
const edgeChunk = 200;
export const tasksPerChunk = 100;

/** What a worker's job is made of; Lua hands it through without looking inside. */
export interface SpecRecord {
  id: string;
  action: string;
  actionVersion: string;
  input: Json;
  /** Tasks whose outputs the input or the fan-out list refers to: user's id -> index. */
  references: Record<string, string>;
  /** The input holds references and is resolved at dispatch. */
  dynamic: boolean;
  dependsOn: string[];
  model: string | null;
  timeoutMs: number;
  maxCostMicroUsd: number;
  maxTokens: number;
  effect: Effect;
  maxRetries: number;
  retryDelayMs: number;
  forEach?: PlannedTask['forEach'];
  parent?: string;
  item?: Json;
}

export interface FieldChunk {
  planFields: string[];
  pendingFields: string[];
}

export interface EncodedPlan {
  summary: { total: number; edges: number; hash: string; rootChunks: number; queues: string[] };
  roots: string[];
  chunks: FieldChunk[];
}

function chunksOf<T>(list: readonly T[], size: number): T[][] {
  return Array.from({ length: Math.ceil(list.length / size) }, (_, at) => list.slice(at * size, (at + 1) * size));
}

function specOf(task: PlannedTask, idOf: (index: number) => string): SpecRecord {
  return {
    id: task.id,
    action: task.action,
    actionVersion: task.actionVersion,
    input: task.input,
    references: Object.fromEntries(task.references.map((index) => [idOf(index), formatTaskIndex(index)])),
    dynamic: collectReferences(task.input).references.length > 0,
    dependsOn: task.dependsOn.map(formatTaskIndex),
    model: task.model,
    timeoutMs: task.timeoutMs,
    maxCostMicroUsd: task.maxCostMicroUsd,
    maxTokens: task.maxTokens,
    effect: task.effect,
    maxRetries: task.maxRetries,
    retryDelayMs: task.retryDelayMs,
    ...(task.forEach === undefined ? {} : { forEach: task.forEach }),
    ...(task.parent === undefined ? {} : { parent: formatTaskIndex(task.parent), item: task.item ?? null }),
  };
}

function controlOf(task: PlannedTask, shard: number, dependents: readonly string[]): Record<string, unknown> {
  return {
    id: task.id,
    queue: actionQueue(task.action, shard),
    version: task.actionVersion,
    dependents: dependents.slice(0, inlineEdges),
    edgeChunks: Math.ceil(Math.max(0, dependents.length - inlineEdges) / edgeChunk),
    timeoutMs: task.timeoutMs,
    reserveMicroUsd: task.maxCostMicroUsd,
    reserveTokens: task.maxTokens,
    ...(task.ttlMs === null ? {} : { ttlMs: task.ttlMs }),
    ...(task.optional ? { optional: true } : {}),
    ...(task.forEach === undefined ? {} : { fanOut: true }),
    ...(task.parent === undefined ? {} : { parent: formatTaskIndex(task.parent) }),
    ...(task.needsApproval ? { hold: 'approval' } : {}),
    ...(task.dependents.length === 0 && task.parent === undefined ? { sink: true } : {}),
  };
}

/** The two texts of a task: control (decoded in Lua) and spec (opaque to Lua). */
export function encodeTask(
  task: PlannedTask,
  shard: number,
  idOf: (index: number) => string,
): { control: string; spec: string } {
  const dependents = task.dependents.map(formatTaskIndex);
  return { control: JSON.stringify(controlOf(task, shard, dependents)), spec: JSON.stringify(specOf(task, idOf)) };
}

interface ControlRecord {
  optional?: boolean;
  ttlMs?: number;
  hold?: string;
}

/** A stored task as its fan-out needs it; its dependents are not read back, for a child has none. */
export function decodeTask(index: string, controlText: string, specText: string): PlannedTask {
  const control = JSON.parse(controlText) as ControlRecord;
  const { references, dependsOn, dynamic: _, parent: __, ...spec } = JSON.parse(specText) as SpecRecord;
  return {
    ...spec,
    index: parseTaskIndex(index),
    dependsOn: dependsOn.map(parseTaskIndex),
    dependents: [],
    references: Object.values(references).map(parseTaskIndex),
    optional: control.optional === true,
    ttlMs: control.ttlMs ?? null,
    needsApproval: control.hold === 'approval',
  };
}

function edgeFields(task: PlannedTask): string[] {
  const later = task.dependents.slice(inlineEdges).map(formatTaskIndex);
  return chunksOf(later, edgeChunk).flatMap((chunk, at) => [
    `${formatTaskIndex(task.index)}:edges:${at}`,
    JSON.stringify(chunk),
  ]);
}

function encodeChunk(tasks: readonly PlannedTask[], shard: number, idOf: (index: number) => string): FieldChunk {
  const planFields: string[] = [];
  const pendingFields: string[] = [];
  for (const task of tasks) {
    const index = formatTaskIndex(task.index);
    const { control, spec } = encodeTask(task, shard, idOf);
    planFields.push(index, control, `${index}:spec`, spec, ...edgeFields(task));
    if (task.dependsOn.length > 0) pendingFields.push(`${index}:pending`, String(task.dependsOn.length));
  }
  return { planFields, pendingFields };
}

/** A plan as the hash fields of `d:<id>:plan` and `d:<id>:tasks`, in chunks one script can write in well under 10 ms. */
export function encodePlan(plan: Plan, shard: number): EncodedPlan {
  const roots = plan.roots.map(formatTaskIndex);
  const rootChunks = chunksOf(roots, edgeChunk);
  const first = plan.tasks[0]!.index;
  const idOf = (index: number): string => plan.tasks[index - first]!.id;
  const chunks = chunksOf(plan.tasks, tasksPerChunk).map((tasks) => encodeChunk(tasks, shard, idOf));
  chunks[0]!.planFields.push(...rootChunks.flatMap((chunk, at) => [`root:edges:${at}`, JSON.stringify(chunk)]));
  const queues = [...new Set(plan.tasks.map((task) => actionQueue(task.action, shard)))];
  return {
    summary: { total: plan.tasks.length, edges: plan.edges, hash: plan.hash, rootChunks: rootChunks.length, queues },
    roots,
    chunks,
  };
}
