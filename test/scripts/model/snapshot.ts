import type { DirectiveState, Permit, TaskState } from '#libs/contracts';
import { parseSpec } from '#libs/state';
import type { Keyspace } from '../keyspace.js';
import { parseStory, type StoredEvent, type StoryEntries } from '../../setup/stored-story.js';
import { expandRecord, type Stage } from '../stage.js';

export interface StoredTask {
  state?: TaskState;
  attempt?: number;
  nonce?: string;
  since?: number;
  waiting?: [kind: string, ref: string];
  reserveMicroUsd?: number;
  first?: number;
  count?: number;
  staged?: number;
  childrenOpen?: number;
  round?: number;
  asking?: boolean;
  busy?: boolean;
  /** What a human ordered of it last. */
  ordered?: string;
}

/** One task as it stands: what the plan says of it and what became of it. */
export interface TaskView extends StoredTask {
  index: string;
  id: string;
  queue: string;
  optional: boolean;
  isFanOut: boolean;
  parent: string | undefined;
  dependsOn: string[];
  maxRetries: number;
  effect: string;
  pending: number;
  /** Borrowed for each attempt. */
  needs: Permit[];
}

export interface DirectiveView {
  id: string;
  /** Every key of it, for "it never changes"; of its children some may be removed. */
  keys: Keyspace;
  state: DirectiveState;
  closing: string;
  review: string;
  /** Of a child: its parent, and what is to become of it. */
  parent: string | undefined;
  onParentEnd: string | undefined;
  /** For its start. */
  isWaiting: boolean;
  isOverTtl: boolean;
  numbers: Record<string, number>;
  budgetMicroUsd: number | undefined;
  tasks: Map<string, TaskView>;
  /** Also of children that are counted and not yet written. */
  states: Map<string, StoredTask>;
  events: StoredEvent[];
  parked: string[];
  /** How much it lacks. */
  shortages: number;
  /** Its record was taken out: all else is as it was last seen. */
  isGone: boolean;
  /** What its tenant's limits hold against it. */
  limits: { slot?: string; busy: number; drawn: number } | undefined;
}

export interface Snapshot {
  directives: DirectiveView[];
  /** Members of a list of the shard, or of `ready:<queue>` and `inflight:<queue>`. */
  list: (name: string) => string[];
  lists: string[];
  /** What stands at the home slot of the tenant. */
  home: Keyspace;
}

type Hash = Record<string, string>;
type Control = { id: string; queue: string; optional?: boolean; fanOut?: boolean; parent?: string; permits?: Permit[] };
function viewOfTask(index: string, plan: Hash, tasks: Hash): TaskView {
  const control = JSON.parse(plan[index]!) as Control;
  const spec = parseSpec(plan[index]!, plan[`${index}:spec`]!);
  return {
    ...(JSON.parse(tasks[index] ?? '{}') as StoredTask),
    needs: control.permits ?? [],
    index,
    id: control.id,
    queue: control.queue,
    optional: control.optional === true,
    isFanOut: control.fanOut === true,
    parent: control.parent,
    dependsOn: control.parent === undefined ? spec.dependsOn : [],
    maxRetries: spec.maxRetries,
    effect: spec.effect,
    pending: Number(tasks[`${index}:pending`] ?? 0),
  };
}

const none: string[] = [];
const isPast = (timeMs: string | undefined): boolean => Number(timeMs) <= Date.now();

/** A key whose text did not change is the same object. */
function isSame(left: Keyspace, right: Keyspace): boolean {
  const names = Object.keys(left);
  return names.length === Object.keys(right).length && names.every((name) => left[name] === right[name]);
}

function viewOf(stage: Stage, space: Keyspace, id: string, before: DirectiveView | undefined): DirectiveView {
  const root = stage.keys.directive(id);
  const keys = Object.fromEntries(
    Object.entries(space).filter(([key]) => key === root || (key.startsWith(`${root}:`) && key !== `${root}:children`)),
  );
  if (before && !(root in keys)) return { ...before, keys, isGone: true, isOverTtl: false };
  if (before && isSame(before.keys, keys)) {
    const isOverTtl = isPast((keys[root] as Hash)['ttlAt']);
    return isOverTtl === before.isOverTtl ? before : { ...before, isOverTtl };
  }
  const limits = (keys[root] as Hash)['limits'];
  const record = expandRecord(keys[root] as Hash);
  const plan = (keys[`${root}:plan`] ?? {}) as Hash;
  const tasks = (keys[`${root}:tasks`] ?? {}) as Hash;
  const indexes = Object.keys(plan).filter((field) => !field.includes(':'));
  const states = Object.entries(tasks).filter(([field]) => !field.includes(':'));
  return {
    id,
    keys,
    isGone: false,
    state: record['state'] as DirectiveState,
    closing: record['closing'] ?? '',
    review: record['review'] ?? '',
    parent: record['parent'],
    onParentEnd: record['onParentEnd'],
    isWaiting: record['state'] === 'PENDING' && record['start'] !== undefined,
    isOverTtl: isPast(record['ttlAt']),
    numbers: Object.fromEntries(Object.entries(record).map(([name, value]) => [name, Number(value)])),
    budgetMicroUsd: record['budgetMicroUsd'] === undefined ? undefined : Number(record['budgetMicroUsd']),
    tasks: new Map(indexes.map((index) => [index, viewOfTask(index, plan, tasks)])),
    states: new Map(states.map(([index, text]) => [index, JSON.parse(text) as StoredTask])),
    limits: limits === undefined ? undefined : (JSON.parse(limits) as DirectiveView['limits']),
    shortages: (JSON.parse(record['degraded'] || '[]') as unknown[]).length,
    events: parseStory((keys[`${root}:events`] ?? []) as StoryEntries),
    parked: ['parked', 'short', 'unfunded', 'undrawn'].flatMap((list) => Object.keys(keys[`${root}:${list}`] ?? {})),
  };
}

/** What did not change since `before` is taken over from it. */
export async function takeSnapshot(stage: Stage, ids: readonly string[], before?: Snapshot): Promise<Snapshot> {
  const space = await stage.keyspace();
  const root = `${stage.keys.root(0)}:`;
  const home = Object.entries(space).filter(([key]) => key.startsWith(stage.keys.tenant('local')));
  const lists = Object.keys(space).filter((key) => key.startsWith(root) && !key.startsWith(`${root}d:`));
  const members = new Map(lists.map((key) => [key, Object.keys(space[key] ?? {})]));
  return {
    directives: ids.map((id, at) => viewOf(stage, space, id, before?.directives[at])),
    list: (name) => members.get(root + name) ?? none,
    lists: lists.map((key) => key.slice(root.length)),
    home: Object.fromEntries(home),
  };
}

export const finalTask = new Set<string | undefined>(['succeeded', 'failed', 'cancelled', 'expired', 'skipped']);
export const resting = new Set<string>([
  'COMPLETED',
  'PARTIALLY_COMPLETED',
  'FAILED',
  'TIMEOUT',
  'STOPPED',
  'CANCELLED',
  'ORPHANED',
]);

export function isLive({ state }: StoredTask): boolean {
  return state === 'dispatched' || state === 'running';
}
