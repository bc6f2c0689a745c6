import {
  actionQueue,
  formatTaskIndex,
  parseTaskIndex,
  type AskedRisk,
  type Backoff,
  type Effect,
  type Json,
  type PayloadClaim,
  type Permit,
  type Plan,
  type PlannedTask,
  type RiskTerms,
} from '#libs/contracts';
import { collectReferences } from '#libs/policy';
import { isLarge } from '../payloads/payload-store.js';
import type { SpecClaims } from '../payloads/spec-claims.js';
import { keptFields, nothingKept, rootsOf, type KeptIndexes } from './kept-tasks.js';

/** Dependents kept in the control record itself; longer lists go to edge chunks, worked off by the cascade. */
const inlineEdges = 64;
/** A grant costs up to 50 µs in a busy Redis, so a chunk of the cascade stays near 5 ms; at 200 it met 12 (bound: 10). */
const edgeChunk = 100;
export const tasksPerChunk = 100;
/** A chunk ends early at this size, unless its first task alone is larger. */
const charsPerChunk = 256 * 1024;

/** What the scripts decide by. */
interface ControlRecord {
  id: string;
  queue: string;
  version: string;
  dependents: string[];
  /** Those that depend on it depend on nothing else. */
  alone?: boolean;
  edgeChunks?: number;
  timeoutMs: number;
  reserveMicroUsd: number;
  reserveTokens: number;
  ttlMs?: number;
  optional?: boolean;
  fanOut?: boolean;
  /** Its condition is looked at before it goes. */
  when?: boolean;
  parent?: string;
  /** Its failure does not keep its dependents. */
  goesOn?: boolean;
  /** It waits for a human's word. */
  risk?: AskedRisk;
  approvalTtlMs?: number;
  permits?: Permit[];
  sink?: boolean;
}

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
  models: string[];
  timeoutMs: number;
  maxCostMicroUsd: number;
  maxTokens: number;
  effect: Effect;
  maxRetries: number;
  retryDelayMs: number;
  backoff: Backoff;
  maxRetryDelayMs: number;
  when?: string;
  riskTerms?: RiskTerms;
  effectKey?: string;
  forEach?: PlannedTask['forEach'];
  parent?: string;
  item?: Json;
  claims?: SpecClaims;
}

type StoredSpec = Omit<SpecRecord, keyof UsualSpec | keyof ControlledSpec> & Partial<UsualSpec>;
type UsualSpec = Pick<SpecRecord, 'references' | 'dynamic' | 'dependsOn' | 'models' | keyof typeof usualRetries>;
type ControlledSpec = Pick<SpecRecord, 'id' | 'actionVersion' | 'timeoutMs' | 'maxCostMicroUsd' | 'maxTokens'>;

/** Part of the encoding, whatever the defaults of a submission are: stored plans are read by them. */
const usualRetries = {
  maxRetries: 2,
  retryDelayMs: 1_000,
  backoff: 'exponential' as Backoff,
  maxRetryDelayMs: 300_000,
};

/** What most tasks have is not stored: half of a small task's spec. */
const usualSpec = (): UsualSpec => ({
  references: {},
  dynamic: false,
  dependsOn: [],
  models: [],
  ...usualRetries,
});

/** A stored spec, with what was left out because it is as usual or stands in the task's control. */
export function parseSpec(controlText: string, specText: string): SpecRecord {
  const { id, version, timeoutMs, reserveMicroUsd, reserveTokens } = JSON.parse(controlText) as ControlRecord;
  const controlled: ControlledSpec = {
    id,
    actionVersion: version,
    timeoutMs,
    maxCostMicroUsd: reserveMicroUsd,
    maxTokens: reserveTokens,
  };
  return { ...usualSpec(), ...controlled, ...(JSON.parse(specText) as StoredSpec) };
}

/** A stored spec with an input that a human wrote, or a claim to it: it is taken as it is, whatever looks like a reference in it. */
export function replaceInput(specText: string, input: Json, claim?: PayloadClaim): string {
  const { dynamic: _, references: __, riskTerms: ___, claims: ____, ...spec } = JSON.parse(specText) as StoredSpec;
  return JSON.stringify({ ...spec, ...(claim ? { input: null, claims: { input: claim } } : { input }) });
}

type TaskAt = (index: number) => PlannedTask;

/** Large values of a plan and the claims that are stored in their place. An object is found by its identity: children share their parent's input. */
export type ClaimedValues = ReadonlyMap<Json, PayloadClaim>;

const none: ClaimedValues = new Map();

/** What of a plan is not as it says: values that lie in the artifact store, and tasks that have succeeded before. */
export interface PlanMarks {
  claimed?: ClaimedValues;
  kept?: KeptIndexes;
}

export interface FieldChunk {
  planFields: string[];
  pendingFields: string[];
}

export interface EncodedPlan {
  summary: PlanSummary;
  chunks: FieldChunk[];
  /** Tasks with a value that belongs into the artifact store. */
  large: PlannedTask[];
}

/** What `commit-plan` is told; the numbers of fields tell it whether all of the plan is staged. */
export interface PlanSummary {
  total: number;
  edges: number;
  hash: string;
  rootChunks: number;
  queues: string[];
  planFields: number;
  pendingFields: number;
  /** How many of its tasks have succeeded before, and how many of those nothing depends on. */
  kept?: { count: number; sinks: number };
}

function keptCounts({ tasks }: Plan, kept: KeptIndexes): { count: number; sinks: number } {
  const isSink = ({ index, dependents }: PlannedTask): boolean => kept.has(index) && dependents.length === 0;
  return { count: kept.size, sinks: tasks.filter(isSink).length };
}

function chunksOf<T>(list: readonly T[], size: number): T[][] {
  return Array.from({ length: Math.ceil(list.length / size) }, (_, at) => list.slice(at * size, (at + 1) * size));
}

function unusualRetries(task: PlannedTask): Partial<typeof usualRetries> {
  const names = Object.keys(usualRetries) as (keyof typeof usualRetries)[];
  return Object.fromEntries(
    names.filter((name) => task[name] !== usualRetries[name]).map((name) => [name, task[name]]),
  );
}

/** What of it lies in the artifact store. */
function claimsOf({ input, item, forEach }: PlannedTask, claimed: ClaimedValues): SpecClaims {
  const [ofInput, ofItem, ofItems] = [input, item, forEach?.items].map((value) => claimed.get(value as Json));
  return { ...(ofInput && { input: ofInput }), ...(ofItem && { item: ofItem }), ...(ofItems && { items: ofItems }) };
}

function specOf(task: PlannedTask, idOf: (index: number) => string, claimed: ClaimedValues): StoredSpec {
  const claims = claimed.size === 0 ? {} : claimsOf(task, claimed);
  const references = Object.fromEntries(task.references.map((index) => [idOf(index), formatTaskIndex(index)]));
  return {
    action: task.action,
    input: claims.input ? null : task.input,
    ...(task.references.length === 0 ? {} : { references }),
    ...(collectReferences(task.input).references.length === 0 ? {} : { dynamic: true }),
    ...(task.dependsOn.length === 0 ? {} : { dependsOn: task.dependsOn.map(formatTaskIndex) }),
    ...(task.models.length === 0 ? {} : { models: task.models }),
    effect: task.effect,
    ...unusualRetries(task),
    ...(task.when === undefined ? {} : { when: task.when }),
    ...(task.riskTerms === undefined ? {} : { riskTerms: task.riskTerms }),
    ...(task.effectKey === undefined ? {} : { effectKey: task.effectKey }),
    ...(task.forEach === undefined ? {} : { forEach: claims.items ? { ...task.forEach, items: [] } : task.forEach }),
    ...(task.parent === undefined
      ? {}
      : { parent: formatTaskIndex(task.parent), item: claims.item ? null : (task.item ?? null) }),
    ...(Object.keys(claims).length === 0 ? {} : { claims }),
  };
}

/** What has succeeded before waits for nobody. */
function dependentsOf({ dependents }: PlannedTask, kept: KeptIndexes): number[] {
  return kept.size === 0 ? dependents : dependents.filter((index) => !kept.has(index));
}

function controlOf(task: PlannedTask, shard: number, isAlone: boolean, kept: KeptIndexes): ControlRecord {
  const dependents = dependentsOf(task, kept).map(formatTaskIndex);
  return {
    id: task.id,
    queue: actionQueue(task.action, shard),
    version: task.actionVersion,
    dependents: dependents.slice(0, inlineEdges),
    ...(isAlone ? { alone: true } : {}),
    ...(dependents.length > inlineEdges
      ? { edgeChunks: Math.ceil((dependents.length - inlineEdges) / edgeChunk) }
      : {}),
    timeoutMs: task.timeoutMs,
    reserveMicroUsd: task.maxCostMicroUsd,
    reserveTokens: task.maxTokens,
    ...(task.ttlMs === null ? {} : { ttlMs: task.ttlMs }),
    ...(task.optional ? { optional: true } : {}),
    ...(task.forEach === undefined ? {} : { fanOut: true }),
    ...(task.when === undefined ? {} : { when: true }),
    ...(task.parent === undefined ? {} : { parent: formatTaskIndex(task.parent) }),
    ...(task.continueOnFailure ? { goesOn: true } : {}),
    ...(task.approvalTtlMs === null ? {} : { approvalTtlMs: task.approvalTtlMs }),
    ...(task.risk === undefined ? {} : { risk: task.risk }),
    ...(task.permits === undefined ? {} : { permits: task.permits }),
    ...(task.dependents.length === 0 && task.parent === undefined ? { sink: true } : {}),
  };
}

/** The two texts of a task: control (decoded in Lua) and spec (opaque to Lua). `isAlone`: those that depend on it depend on nothing else. */
export function encodeTask(
  task: PlannedTask,
  shard: number,
  idOf: (index: number) => string,
  isAlone = false,
  { claimed = none, kept = nothingKept }: PlanMarks = {},
): { control: string; spec: string } {
  const spec = JSON.stringify(specOf(task, idOf, claimed));
  return { control: JSON.stringify(controlOf(task, shard, isAlone, kept)), spec };
}

/** A stored task as its fan-out needs it; its dependents are not read back, for a child has none. */
export function decodeTask(
  index: string,
  controlText: string,
  specText: string,
  /** When it was read, and what lies in the store put in place. */
  filled = parseSpec(controlText, specText),
): PlannedTask {
  const control = JSON.parse(controlText) as ControlRecord;
  const { references, dependsOn, dynamic: _, parent: __, claims: ___, ...spec } = filled;
  return {
    ...spec,
    index: parseTaskIndex(index),
    dependsOn: dependsOn.map(parseTaskIndex),
    dependents: [],
    references: Object.values(references).map(parseTaskIndex),
    optional: control.optional === true,
    ttlMs: control.ttlMs ?? null,
    continueOnFailure: control.goesOn === true,
    approvalTtlMs: control.approvalTtlMs ?? null,
    ...(control.risk === undefined ? {} : { risk: control.risk }),
    ...(control.permits === undefined ? {} : { permits: control.permits }),
  };
}

function edgeFields(task: PlannedTask, kept: KeptIndexes): string[] {
  const later = dependentsOf(task, kept).slice(inlineEdges).map(formatTaskIndex);
  return chunksOf(later, edgeChunk).flatMap((chunk, at) => [
    `${formatTaskIndex(task.index)}:edges:${at}`,
    JSON.stringify(chunk),
  ]);
}

/** The tasks whose dependents depend on nothing else. */
function aloneOf(tasks: readonly PlannedTask[], taskAt: TaskAt, kept: KeptIndexes): Set<number> {
  const alone = tasks.filter((task) => {
    const dependents = dependentsOf(task, kept);
    return dependents.length > 0 && dependents.every((index) => taskAt(index).dependsOn.length === 1);
  });
  return new Set(alone.map(({ index }) => index));
}

/** Where `encodeFields` puts a task's spec. */
const specField = 3;

/** No open dependencies are counted for a task whose only dependency is alone. */
function encodeFields(
  task: PlannedTask,
  shard: number,
  taskAt: TaskAt,
  alone: ReadonlySet<number>,
  marks: Required<PlanMarks>,
): FieldChunk {
  const index = formatTaskIndex(task.index);
  const { control, spec } = encodeTask(task, shard, (at) => taskAt(at).id, alone.has(task.index), marks);
  const known = marks.kept.get(task.index);
  const open = marks.kept.size === 0 ? task.dependsOn : task.dependsOn.filter((at) => !marks.kept.has(at));
  const isCounted = open.some((dependency) => !alone.has(dependency));
  return {
    planFields: [index, control, `${index}:spec`, spec, ...edgeFields(task, marks.kept)],
    pendingFields: known ? keptFields(known) : isCounted ? [`${index}:pending`, String(open.length)] : [],
  };
}

function charsOf({ planFields, pendingFields }: FieldChunk): number {
  return lengthOf(planFields) + lengthOf(pendingFields);
}

function lengthOf(texts: readonly string[]): number {
  return texts.reduce((sum, text) => sum + text.length, 0);
}

function joinChunks(chunks: readonly FieldChunk[]): FieldChunk {
  return {
    planFields: chunks.flatMap(({ planFields }) => planFields),
    pendingFields: chunks.flatMap(({ pendingFields }) => pendingFields),
  };
}

/** In order; each group holds what one script call may write, at most `itemsPerCall` and about `charsPerChunk`. */
export function groupForCalls<T>(
  items: readonly T[],
  charsOfItem: (item: T) => number,
  itemsPerCall: number = tasksPerChunk,
): T[][] {
  const groups: T[][] = [];
  let chars = 0;
  for (const item of items) {
    const length = charsOfItem(item);
    const group = groups.at(-1);
    if (group && group.length < itemsPerCall && chars + length <= charsPerChunk) {
      group.push(item);
      chars += length;
    } else {
      groups.push([item]);
      chars = length;
    }
  }
  return groups;
}

/** The roots in the fields `<node>:edges:<chunk>`, of which the cascade starts one at a time. */
function rootFields(roots: readonly string[], node: string): string[] {
  return chunksOf(roots, edgeChunk).flatMap((chunk, at) => [`${node}:edges:${at}`, JSON.stringify(chunk)]);
}

/** A plan as the hash fields of `d:<id>:plan` and `d:<id>:tasks`, in chunks one script can write in well under 10 ms. */
export function encodePlan(plan: Plan, shard: number, rootNode = 'root', marks: PlanMarks = {}): EncodedPlan {
  const { claimed = none, kept = nothingKept } = marks;
  const first = plan.tasks[0]!.index;
  const taskAt: TaskAt = (index) => plan.tasks[index - first]!;
  const alone = aloneOf(plan.tasks, taskAt, kept);
  const roots = rootFields(rootsOf(plan, kept).map(formatTaskIndex), rootNode);
  const fields = plan.tasks.map((task) => encodeFields(task, shard, taskAt, alone, { claimed, kept }));
  const chunks = groupForCalls(fields, charsOf).map(joinChunks);
  chunks[0]!.planFields.push(...roots);
  const count = (list: (chunk: FieldChunk) => string[]): number =>
    chunks.reduce((sum, chunk) => sum + list(chunk).length / 2, 0);
  return {
    summary: {
      total: plan.tasks.length,
      edges: plan.edges,
      hash: plan.hash,
      rootChunks: roots.length / 2,
      queues: [...new Set(plan.tasks.map((task) => actionQueue(task.action, shard)))],
      planFields: count((chunk) => chunk.planFields),
      pendingFields: count((chunk) => chunk.pendingFields),
      ...(kept.size === 0 ? {} : { kept: keptCounts(plan, kept) }),
    },
    chunks,
    large: plan.tasks.filter((_, at) => isLarge(fields[at]!.planFields[specField]!)),
  };
}
