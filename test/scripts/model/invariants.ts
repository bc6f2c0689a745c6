import { decideClose, isTransitionAllowed } from '#libs/policy';
import { foldEvents, type Folded } from './fold.js';
import {
  finalTask,
  isLive,
  resting,
  type DirectiveView,
  type Snapshot,
  type StoredTask,
  type TaskView,
} from './snapshot.js';
import type { StoredEvent } from '../../setup/stored-story.js';

/** Sentences about what is wrong; empty when all invariants of DESIGN section 8 that a script could break hold. */
export type Faults = string[];

const counters = ['total', 'open', 'succeeded', 'failed', 'skipped', 'cancelled', 'expired'] as const;

function sum(tasks: Iterable<StoredTask>): number {
  return [...tasks].reduce((total, task) => total + (task.reserveMicroUsd ?? 0), 0);
}

/** 5: charged - overrun + reserved <= budget; reserved is what the live attempts hold, nothing when final. */
function checkBudget({ numbers, budgetMicroUsd, tasks }: DirectiveView): Faults {
  const { chargedMicroUsd = 0, overrunMicroUsd = 0, reservedMicroUsd = 0 } = numbers;
  const faults: Faults = [];
  if (reservedMicroUsd !== sum([...tasks.values()].filter(isLive)))
    faults.push(`reserved ${reservedMicroUsd} is not what live attempts hold`);
  if (budgetMicroUsd !== undefined && chargedMicroUsd - overrunMicroUsd + reservedMicroUsd > budgetMicroUsd)
    faults.push('over the budget');
  return faults;
}

const known = new WeakMap<readonly StoredEvent[], Folded>();

function foldOnce(events: readonly StoredEvent[]): Folded {
  const folded = known.get(events) ?? foldEvents(events);
  known.set(events, folded);
  return folded;
}

function nameOf(index: string, { tasks }: DirectiveView): string {
  return tasks.get(index)?.id ?? `#${index}`;
}

/** `ready` has no event of its own: a deferred task that only waits for its turn, or one that never waited. */
function isToldRight(stored: StoredTask | undefined, told: string | undefined): boolean {
  if (stored?.state === 'ready') return told === undefined || ['deferred', 'held', 'ready'].includes(told);
  return stored?.state === told;
}

/** 1, 6, 8: one end a task, the events tell what is stored, attempts are counted and bounded. */
function checkStory(view: DirectiveView, folded: Folded): Faults {
  const faults: Faults = [];
  if (folded.state !== view.state) faults.push(`the events tell ${folded.state}, stored is ${view.state}`);
  for (const name of counters) {
    const stored = view.numbers[name] ?? 0;
    if (stored !== folded.counts[name]) faults.push(`${name} is ${stored} and the events tell ${folded.counts[name]}`);
  }
  folded.path.reduce((from, to) => {
    if (!isTransitionAllowed(from, to)) faults.push(`${from} does not go to ${to}`);
    return to;
  });
  for (const index of new Set([...view.states.keys(), ...view.tasks.keys()])) {
    const stored = view.states.get(index);
    const told = folded.tasks.get(nameOf(index, view));
    if (!isToldRight(stored, told?.state))
      faults.push(`${index} is ${stored?.state} and the events tell ${told?.state}`);
    if ((told?.ends ?? 0) > 1) faults.push(`${index} ended twice`);
    if ((told?.attempts ?? 0) !== (stored?.attempt ?? 0))
      faults.push(`${index} has ${stored?.attempt} attempts, told ${told?.attempts}`);
    const task = view.tasks.get(index);
    if (task && (task.attempt ?? 0) > task.maxRetries + 1 + (told?.again ?? 0))
      faults.push(`${index} has too many attempts`);
    if (task?.effect === 'once' && (told?.starts ?? 0) > 1) faults.push(`${index} is to run once and started twice`);
  }
  return faults;
}

function isDone(view: DirectiveView, index: string): boolean {
  const task = view.tasks.get(index)!;
  return task.state === 'succeeded' || (task.optional && finalTask.has(task.state));
}

/** Its home slot is to be told what the directive as a whole asks for. */
function isAsked({ id }: DirectiveView, snapshot: Snapshot): boolean {
  return snapshot.list('permits').some((order) => order.startsWith(`["ask","${id}","",`));
}

/** What will move a task that is neither final nor in flight; undefined: nothing will. */
function moverOf(view: DirectiveView, task: TaskView, snapshot: Snapshot): string | undefined {
  const member = `${view.id}.${task.index}`;
  const isIn = (list: string, name = member): boolean => snapshot.list(list).includes(name);
  const cascades = snapshot.list('cascade').filter((name) => name.startsWith(`${view.id}.`));
  if (task.state === 'held') return 'a human';
  if (cascades.includes(`${member}.one.go`)) return 'its approval';
  if (cascades.includes(`${member}.budget.refuse`)) return 'its refusal';
  if (view.parked.includes(task.index)) return 'the directive';
  if (isIn(`ready:${task.queue}`)) return 'the window';
  if (isIn('timers', `retry:${member}`)) return 'the clock';
  if (isIn('timers', `permit:${member}`)) return 'its turn';
  if (task.asking && snapshot.list('permits').some((order) => order.startsWith(`["ask","${view.id}","${task.index}"`)))
    return 'its home slot';
  if (isIn('expand')) return 'the expansion';
  if (task.childrenOpen !== undefined && task.staged === task.count && task.childrenOpen > 0) return 'its children';
  if (task.state !== undefined) return undefined;
  if (view.limits?.slot === 'asked') return isAsked(view, snapshot) ? 'a place for its directive' : undefined;
  if (task.dependsOn.length === 0) return cascades.find((name) => name.endsWith('.start'));
  const open = task.dependsOn.find((index) => !finalTask.has(view.tasks.get(index)!.state));
  return open ?? cascades.find((name) => task.dependsOn.includes(name.split('.')[1]!));
}

/** One that a human ended counts as open until the cascade has told its parent. */
function openChildren(view: DirectiveView, { index, first = 0, count = 0 }: TaskView, snapshot: Snapshot): number {
  const children = [...view.tasks.values()].filter(({ parent }) => parent === index);
  const untold = new Set(
    snapshot
      .list('cascade')
      .map((member) => member.split('.'))
      .filter(([id, , , mode]) => id === view.id && mode === 'advance')
      .map(([, child]) => child),
  );
  const written = children.filter(({ index: child, state }) => !finalTask.has(state) || untold.has(child)).length;
  return written + Math.max(0, first + count - (first + children.length));
}

/** 3: every open task is in a place from which something takes it; nothing waits for a wake-up that never comes. */
function checkWaiting(view: DirectiveView, snapshot: Snapshot): Faults {
  if (resting.has(view.state) || view.isOverTtl) return [];
  if (view.closing !== '') return snapshot.list('closing').includes(view.id) ? [] : ['is closing and on no list'];
  if (view.isWaiting) return [];
  const faults: Faults = [];
  for (const task of view.tasks.values()) {
    if (finalTask.has(task.state) || isLive(task)) continue;
    if (moverOf(view, task, snapshot) === undefined)
      faults.push(`nothing moves ${task.index}: ${JSON.stringify(task)}`);
    if (task.childrenOpen !== undefined && task.childrenOpen !== openChildren(view, task, snapshot))
      faults.push(`${task.index} miscounts its children`);
  }
  const isWoken =
    view.state === 'PAUSED' ||
    (view.numbers['reservedMicroUsd'] ?? 0) > 0 ||
    isAsked(view, snapshot) ||
    snapshot.list('cascade').some((name) => name.startsWith(`${view.id}.`) && name.endsWith('.unpark'));
  // A human is asked about what is held.
  const left = view.parked.filter((index) => view.tasks.get(index)?.state !== 'held');
  if (left.length > 0 && !isWoken) faults.push(`nobody wakes the parked ${left.join(',')}`);
  const isEnding =
    view.state === 'PAUSED' ||
    snapshot.list('outbox').includes(`review:${view.id}`) ||
    snapshot.list('cascade').length > 0;
  if (view.numbers['open'] === 0 && !isEnding) faults.push('has no open task and does not end');
  return faults;
}

/** A task is skipped for a reason, and the directive ends as the tasks say, unless a human or the clock ended it. */
function checkEnds(view: DirectiveView): Faults {
  const tasks = [...view.tasks.values()];
  const faults = tasks
    .filter(({ state, ordered }) => state === 'skipped' && ordered !== 'skip')
    .filter(({ dependsOn }) => dependsOn.every((index) => !hasFailed(view, index)))
    .map(({ index }) => `${index} was skipped for nothing`);
  if (!['COMPLETED', 'PARTIALLY_COMPLETED', 'FAILED'].includes(view.state) || view.review === 'asked') return faults;
  // A human's word needs no reason in the tasks.
  if (view.events.at(-1)?.data['by'] !== undefined) return faults;
  const planned = tasks.filter(({ parent }) => parent === undefined);
  const isSink = ({ index }: TaskView): boolean => !planned.some(({ dependsOn }) => dependsOn.includes(index));
  const expected = decideClose({
    failed: planned.filter(({ state, optional }) => !optional && (state === 'failed' || state === 'expired')).length,
    sinksSucceeded: planned.filter((task) => task.state === 'succeeded' && isSink(task)).length,
  });
  return expected === view.state ? faults : [...faults, `is ${view.state} and its tasks say ${expected}`];
}

function hasFailed(view: DirectiveView, index: string): boolean {
  return finalTask.has(view.tasks.get(index)!.state) && !isDone(view, index);
}

/** In flight is what is dispatched or running, in its own queue, and nothing else. */
function checkInflight({ directives, list, lists }: Snapshot): Faults {
  const live = directives.flatMap((view) =>
    [...view.tasks.values()]
      .filter(isLive)
      .map((task) => `${task.queue}|${view.id}.${task.index}.${task.attempt}.${task.nonce}`),
  );
  const stored = lists
    .filter((name) => name.startsWith('inflight:'))
    .flatMap((name) => list(name).map((jobId) => `${name.slice('inflight:'.length)}|${jobId}`));
  const [missing, strange] = [live.filter((one) => !stored.includes(one)), stored.filter((one) => !live.includes(one))];
  return [
    ...missing.map((one) => `${one} is live and not in flight`),
    ...strange.map((one) => `${one} is in flight and not live`),
  ];
}

/** A directive that rests stands on no list; chunks of its cascade are dropped when their turn comes. */
function checkRest(view: DirectiveView, { list, lists }: Snapshot): Faults {
  if (!resting.has(view.state)) return [];
  const names = lists.filter((name) => /^(ready:|inflight:|outbox|timers|expand|closing)/.test(name));
  const left = names.flatMap((name) =>
    list(name)
      .filter((member) => member.includes(view.id))
      .map((member) => `${name} has ${member}`),
  );
  const open = view.numbers['open'] === 0 ? [] : [`rests with ${view.numbers['open']} open tasks`];
  return [...left, ...open, ...(view.parked.length > 0 ? ['rests with parked tasks'] : [])];
}

/** No key has more tasks at work than it has places, and what a live one holds is held at its home slot. */
function checkPlaces({ directives, home }: Snapshot): Faults {
  const holders = (key: string): Record<string, string> =>
    (Object.entries(home).find(([name]) => name.endsWith(`:holders:concurrency:${key}`))?.[1] ?? {}) as Record<
      string,
      string
    >;
  const live = directives.flatMap(({ id, tasks }) =>
    [...tasks.values()]
      .filter(isLive)
      .flatMap(({ index, round, needs }) =>
        needs
          .filter(({ kind }) => kind === 'concurrency')
          .map(({ key, max }) => ({ key, max, holder: `${id}.${index}.${round}` })),
      ),
  );
  const crowded = [...Map.groupBy(live, ({ key }) => key)].filter(([, tasks]) => tasks.length > tasks[0]!.max);
  return [
    ...crowded.map(([key, tasks]) => `${tasks.length} tasks are at work under ${key}`),
    ...live
      .filter(({ key, holder }) => !(holder in holders(key)))
      .map(({ holder }) => `${holder} works without its place`),
  ];
}

/** A directive counts its work right, has a place exactly while it has any, and reserves no more than it drew of the day's money. */
function checkLimits({ directives, list, lists }: Snapshot): Faults {
  const cascade = list('cascade');
  const inLine = lists.filter((name) => name.startsWith('ready:')).flatMap((name) => list(name));
  return directives.flatMap(({ id, state, closing, tasks, limits, numbers }) => {
    // One that closes gives all back at its end.
    if (!limits || resting.has(state) || closing !== '') return [];
    const said = [...tasks.values()].filter(({ busy }) => busy).length;
    const silent = [...tasks.values()].filter(
      (task) => !task.busy && (isLive(task) || inLine.includes(`${id}.${task.index}`)),
    );
    const { chargedMicroUsd = 0, overrunMicroUsd = 0, reservedMicroUsd = 0 } = numbers;
    const isKept =
      limits.slot === 'held' &&
      limits.busy === 0 &&
      state !== 'QUEUED' &&
      !cascade.some((name) => name.startsWith(`${id}.`));
    const isOverdrawn = limits.drawn > 0 && chargedMicroUsd - overrunMicroUsd + reservedMicroUsd > limits.drawn;
    return [
      ...(limits.busy === said ? [] : [`${id} counts ${limits.busy} tasks at work, and ${said} say so`]),
      ...silent.map(({ index }) => `${id} does not count ${index}, which is at work`),
      ...(isKept ? [`${id} keeps its place, and nothing of it is at work`] : []),
      ...(isOverdrawn ? [`${id} reserved more than it drew`] : []),
    ];
  });
}

/** What is removed was over, is shown to nobody from the first moment on, and leaves nothing. */
function checkGone({ id, state, keys }: DirectiveView, { list, lists }: Snapshot): Faults {
  // What has lost its permission is drained by its id, and what the cascade has of it is dropped when its turn comes.
  const names = lists.filter((name) => !/^(events|control|discard|cascade|permits|retiring)$/.test(name));
  const left = names.flatMap((name) =>
    list(name)
      .filter((member) => member.includes(id))
      .map((member) => `${name} has ${member}`),
  );
  const isUnderWay = list('retiring').includes(id);
  return [
    ...(resting.has(state) ? [] : [`was removed while ${state}`]),
    ...left,
    ...(isUnderWay || Object.keys(keys).length === 0 ? [] : [`left ${Object.keys(keys).join(', ')}`]),
  ];
}

/** DEGRADED is what runs and lacks something; what lacks something is on the list of those that are looked at again. */
function checkShortages({ directives, list }: Snapshot): Faults {
  return directives.flatMap(({ id, state, closing, shortages }) => {
    const isListed = list('degraded').includes(id);
    const faults =
      isListed === shortages > 0 ? [] : [`${id} lacks ${shortages} and is ${isListed ? '' : 'not '}listed`];
    if (closing === '' && (state === 'RUNNING' || state === 'DEGRADED') && (state === 'DEGRADED') !== shortages > 0)
      faults.push(`${id} is ${state} and lacks ${shortages}`);
    if (shortages > 0 && !['RUNNING', 'DEGRADED', 'PAUSED'].includes(state))
      faults.push(`${id} is ${state} and lacks something`);
    return faults;
  });
}

const losses = new Set<string>(['FAILED', 'TIMEOUT', 'STOPPED', 'CANCELLED', 'ORPHANED']);

/** Only a child is ORPHANED, when its parent ended without success; whose parent did is told, or stands to be told. */
function checkFamilies({ directives, list }: Snapshot): Faults {
  return directives.flatMap(({ id, state, closing, parent, onParentEnd, isGone }) => {
    const above = directives.find((view) => view.id === parent);
    const isLost = above !== undefined && losses.has(above.state);
    if ((state === 'ORPHANED' || closing === 'ORPHANED') && !(isLost && onParentEnd === 'orphan'))
      return [`${id} is ORPHANED, and its parent is ${above?.state}`];
    if (!isLost || isGone || resting.has(state) || closing !== '' || onParentEnd === 'continue') return [];
    return list('orphaning').includes(above.id) ? [] : [`${id} was not told that its parent is ${above.state}`];
  });
}

/** What must hold whenever no script runs. */
export function checkState(snapshot: Snapshot): Faults {
  const each = snapshot.directives.flatMap((view) =>
    (view.isGone ? checkGone(view, snapshot) : checkView(view, snapshot)).map((fault) => `${view.id}: ${fault}`),
  );
  const rest = { ...snapshot, directives: snapshot.directives.filter(({ isGone }) => !isGone) };
  return [
    ...each,
    ...checkInflight(rest),
    ...checkPlaces(rest),
    ...checkLimits(rest),
    ...checkShortages(rest),
    ...checkFamilies(snapshot),
  ];
}

const checked = new WeakMap<DirectiveView, Faults>();

/** A view that did not change is the same object. */
function checkAlone(view: DirectiveView): Faults {
  const faults = checked.get(view) ?? [
    ...checkBudget(view),
    ...checkStory(view, foldOnce(view.events)),
    ...checkEnds(view),
  ];
  checked.set(view, faults);
  return faults;
}

function checkView(view: DirectiveView, snapshot: Snapshot): Faults {
  return [...checkAlone(view), ...checkWaiting(view, snapshot), ...checkRest(view, snapshot)];
}

/** 4, 9, 10: a dispatch needs its dependencies, and a directive that is not paused, closing, final or over its TTL. */
function checkDispatches(before: DirectiveView, after: DirectiveView, added: readonly StoredEvent[]): Faults {
  const queued = added.filter(({ type }) => type === 'task.queued');
  if (queued.length === 0) return [];
  const faults: Faults = [];
  if (
    before.isWaiting ||
    before.state === 'PAUSED' ||
    before.closing !== '' ||
    resting.has(before.state) ||
    before.isOverTtl
  )
    faults.push(`dispatched while ${before.state} ${before.closing}${before.isOverTtl ? ' over its TTL' : ''}`);
  for (const { task: id } of queued) {
    const task = [...after.tasks.values()].find((one) => one.id === id)!;
    const needs = task.parent === undefined ? task.dependsOn : after.tasks.get(task.parent)!.dependsOn;
    const unmet = needs.filter((index) => !isDone(after, index));
    if (unmet.length > 0) faults.push(`${id} was dispatched before ${unmet.join(',')}`);
  }
  return faults;
}

function checkFinalTasks(before: DirectiveView, after: DirectiveView): Faults {
  return [...before.states]
    .filter(
      ([index, task]) => finalTask.has(task.state) && JSON.stringify(task) !== JSON.stringify(after.states.get(index)),
    )
    .map(([index]) => `${index} changed after it was final`);
}

/** What must hold between one moment and the next. */
export function checkStep(before: Snapshot, after: Snapshot): Faults {
  return before.directives.flatMap((was, at) => {
    const is = after.directives[at]!;
    if (is === was) return [];
    const added = is.events.slice(was.events.length);
    const isCompleted = was.state === 'PARTIALLY_COMPLETED' && is.state === 'COMPLETED';
    const isOver = resting.has(was.state) && !isCompleted;
    const isChanged = !is.isGone && isOver && JSON.stringify(was.keys) !== JSON.stringify(is.keys);
    const faults = [
      ...checkDispatches(was, is, added),
      ...checkFinalTasks(was, is),
      ...(isChanged ? ['changed after its end'] : []),
    ];
    return faults.map((fault) => `${was.id}: ${fault}`);
  });
}
