import { ulid } from 'ulid';
import { formatAttemptId, formatDirectiveId, formatTaskIndex, type FailureClass, type Json } from '#libs/contracts';
import { decideFanOut, decideSettlement, shiftPlan } from '#libs/policy';
import { decodeTask, encodeTask, type Dispatch, type Followup, type Settlement } from '#libs/state';
import type { Command, CommandKind, DirectiveShape } from './plans.js';
import { Courier } from './courier.js';
import { Humans } from './humans.js';
import { Sweepers } from './sweepers.js';
import { isLive, resting, takeSnapshot, type DirectiveView, type Snapshot, type TaskView } from './snapshot.js';
import { aDraft, echo, failure, outcome, planOf } from '../orders.js';
import type { Stage } from '../stage.js';

const queues = ['test.echo.0', 'test.other.0', 'test.paid.0', 'test.once.0', 'test.risky.0', 'test.rated.0'];
const failures: FailureClass[] = ['transient', 'permanent', 'lost', 'timeout', 'expired'];
/** Small, so that a plan of seven tasks meets every bound. */
const closeLimit = 2;
const expandLimit = 2;

/** Drives the real scripts as the rooms do, one command at a time, and keeps what a worker would know. */
export class World {
  readonly ids: string[] = [];
  snapshot!: Snapshot;
  private readonly attempts: Dispatch[] = [];
  private readonly fences = new Set<string>();
  private readonly childCounts = new Map<string, number>();

  private readonly humans: Humans;
  private readonly courier: Courier;
  private readonly sweepers: Sweepers;

  private constructor(private readonly stage: Stage) {
    this.humans = new Humans(stage);
    this.courier = new Courier(stage);
    this.sweepers = new Sweepers(stage);
  }

  static async open(stage: Stage, shapes: readonly DirectiveShape[]): Promise<World> {
    const world = new World(stage);
    const ids = shapes.map(() => formatDirectiveId(0, ulid()));
    // The first goes alone, the others in one call.
    const [first, ...others] = ids;
    await world.accept(first!, shapes[0]!, undefined);
    await Promise.all(others.map(async (id, at) => world.accept(id, shapes[at + 1]!, first)));
    world.ids.push(...ids);
    await world.look();
    return world;
  }

  async look(): Promise<Snapshot> {
    this.snapshot = await takeSnapshot(this.stage, this.ids, this.snapshot);
    return this.snapshot;
  }

  /** Does what the command says if there is anything it could be done to. */
  async run({ kind, pick }: Command): Promise<void> {
    await this.acts[kind](pick);
  }

  /** Everything the rooms and sweepers would do until nothing is left to do; the humans do nothing. */
  async drain(step: (kind: CommandKind) => Promise<void>): Promise<void> {
    for (let round = 0; round < 500; round += 1) {
      const kind = this.nextDuty();
      if (!kind) return;
      await step(kind);
    }
    throw new Error(
      `the scripts never come to rest: ${JSON.stringify(this.snapshot.lists.map((name) => [name, this.snapshot.list(name)]))}`,
    );
  }

  /** Takes all directives out of the record. */
  async retireAll(): Promise<void> {
    for (const id of this.ids) await this.sweepers.retireWholly(id);
  }

  private readonly acts: Record<CommandKind, (pick: number) => Promise<void>> = {
    start: async (pick) => this.take(await this.stage.start(this.directive(pick).id)),
    startMany: async (pick) => this.startMany(rotate([...this.ids, this.ids[0]!], pick)),
    cascade: async () => this.take(await this.stage.attempts.advanceCascade(0)),
    release: async (pick) => this.release(pick),
    begin: async (pick) => {
      const attempt = this.pickAttempt(pick, true);
      if (attempt) await this.stage.attempts.startAttempts([attempt]);
    },
    beginMany: async (pick) => {
      await this.stage.attempts.startAttempts(this.pickSeveral(pick));
    },
    succeed: async (pick) => this.settle(this.pickAttempt(pick, true), (attempt) => succeeded(attempt, pick)),
    fail: async (pick) => this.settle(this.pickAttempt(pick, true), (attempt) => this.failed(attempt, pick)),
    settleMany: async (pick) =>
      this.settleAll(this.pickSeveral(pick), (attempt, at) =>
        this.isCurrent(attempt) && (pick + at) % 3 === 0
          ? this.failed(attempt, pick + at)
          : succeeded(attempt, pick + at),
      ),
    settleAgain: async (pick) => this.settle(this.pickAttempt(pick, false), (attempt) => succeeded(attempt, pick)),
    forge: async (pick) => {
      const attempt = this.pickAttempt(pick, true);
      const forged = attempt && {
        ...attempt,
        ...(pick % 2 ? { attempt: attempt.attempt + 1 } : { nonce: 'forged-nonce' }),
      };
      await this.settle(forged, (one) => succeeded(one, pick));
    },
    pause: async (pick) => this.call('pause-directive', pick, 'human'),
    resume: async (pick) => this.call('resume-directive', pick, 'human'),
    cancel: async (pick) => this.call('cancel-directive', pick, closeLimit),
    complete: async (pick) => this.call('end-directive', pick, 'COMPLETED', closeLimit, 'human', ''),
    giveUp: async (pick) => this.call('end-directive', pick, 'FAILED', closeLimit, 'human', 'it is no good'),
    stop: async (pick) => this.call('end-directive', pick, 'STOPPED', closeLimit, 'human', ''),
    letGo: async (pick) => this.call('release-directive', pick, 'human'),
    startInTime: async (pick) => this.call('release-directive', pick, ''),
    passTtl: async (pick) => {
      const { id, state } = this.directive(pick);
      if (!resting.has(state)) await this.stage.letTtlPass(id);
    },
    expire: async (pick) => this.call('expire-directive', pick, closeLimit),
    closeChunk: async (pick) => this.call('close-chunk', pick, closeLimit),
    fireTimers: async () => this.take(await this.stage.attempts.fireTimers(0, 3)),
    refuse: async (pick) => {
      const [id, index] = this.pickMember('expand', pick);
      if (id) this.take(await this.stage.attempts.refuseTask(id, index!, 'REFUSED', 'no list'));
    },
    expand: async (pick) => this.expand(pick),
    review: async (pick) => this.review(pick),
    decide: async (pick) => this.humans.decide(this.snapshot, pick),
    orderTask: async (pick) => this.humans.orderTask(this.snapshot, pick),
    raise: async (pick) => this.humans.raise(this.directive(pick), pick),
    takeBack: async (pick) => this.takeBack(pick),
    ask: async (pick) => this.courier.carry(pick, 'ask'),
    back: async (pick) => this.courier.carry(pick, 'back'),
    deliver: async (pick) => {
      const followup = await this.courier.deliver(pick);
      if (followup) this.take(followup);
    },
    mend: async (pick) => this.sweepers.mend(this.directive(pick)),
    correct: async (pick) => this.sweepers.correct(this.directive(pick)),
    degrade: async (pick) => this.sweepers.degrade(this.snapshot, queues[pick % queues.length]!),
    recover: async (pick) => this.sweepers.recover(this.snapshot, queues.slice(0, pick % (queues.length + 1))),
    orphan: async (pick) => this.sweepers.orphan(this.snapshot.list('orphaning')[0] ?? this.directive(pick).id),
    retire: async (pick) => this.sweepers.retire(this.snapshot, this.directive(pick), pick),
  };

  private async accept(id: string, shape: DirectiveShape, first: string | undefined): Promise<void> {
    const { budgetMicroUsd, priority, terms, onParentEnd: onEnd } = shape;
    const family = first === undefined || onEnd === undefined ? {} : { parent: { id: first, onEnd } };
    const kind = shape.isReviewed ? 'workflow' : 'tasks';
    const draft = aDraft({ id, budgetMicroUsd, priority, terms, kind, ...family });
    const plan = planOf(shape.tasks);
    const startsAt = shape.waitsFor === 'time' ? 1 : shape.waitsFor;
    const waiting = shape.isReviewed || startsAt === undefined ? draft : { ...draft, startsAt };
    await this.stage.store.accept(waiting, shape.isReviewed ? undefined : plan);
    if (shape.isReviewed)
      await this.stage.store.commitPlan(id, plan, { workflow: 'w', input: null, needsReview: true });
  }

  private take({ dispatched }: Followup): void {
    for (const dispatch of dispatched) {
      const fence = formatAttemptId(dispatch);
      if (this.fences.has(fence) || this.fences.has(dispatch.nonce))
        throw new Error(`a fence was used twice: ${fence}`);
      this.fences.add(fence).add(dispatch.nonce);
      this.attempts.push(dispatch);
    }
  }

  private directive(pick: number): DirectiveView {
    return this.snapshot.directives[pick % this.ids.length]!;
  }

  private async call(script: string, pick: number, ...args: (string | number)[]): Promise<void> {
    await this.stage.run(script, this.directive(pick).id, ...args);
  }

  private viewOf({ directiveId, taskIndex }: Dispatch): { directive: DirectiveView; task: TaskView } {
    const directive = this.snapshot.directives.find(({ id }) => id === directiveId)!;
    return { directive, task: directive.tasks.get(formatTaskIndex(taskIndex))! };
  }

  private isCurrent(attempt: Dispatch): boolean {
    const { directive, task } = this.viewOf(attempt);
    return (
      isLive(task) && task.nonce === attempt.nonce && task.attempt === attempt.attempt && !resting.has(directive.state)
    );
  }

  private pickAttempt(pick: number, current: boolean): Dispatch | undefined {
    const found = this.attempts.filter((attempt) => this.isCurrent(attempt) === current);
    return found[pick % Math.max(1, found.length)];
  }

  /** What several workers may report at once: up to four attempts in flight, an old one, and one of them twice. */
  private pickSeveral(pick: number): Dispatch[] {
    const current = this.attempts.filter((attempt) => this.isCurrent(attempt));
    const picked = rotate(current, pick).slice(0, 1 + (pick % 4));
    const old = pick % 5 === 0 ? this.pickAttempt(pick, false) : undefined;
    return [...(old ? [old] : []), ...picked, ...(pick % 3 === 0 ? picked.slice(0, 1) : [])];
  }

  private pickMember(list: string, pick: number): [id?: string, index?: string] {
    const members = this.snapshot.list(list);
    return (members[pick % Math.max(1, members.length)]?.split('.') ?? []) as [string?, string?];
  }

  private async release(pick: number): Promise<void> {
    const waiting = queues.filter((queue) => this.snapshot.list(`ready:${queue}`).length > 0);
    const queue = waiting[pick % Math.max(1, waiting.length)] ?? queues[0]!;
    this.take((await this.stage.attempts.releaseTasks(0, queue, 1 + (pick % 3))).followup);
  }

  private async settle(attempt: Dispatch | undefined, make: (attempt: Dispatch) => Settlement): Promise<void> {
    if (attempt) await this.settleAll([attempt], make);
  }

  /** The first outcome under a current fence is accepted, any other is stale: nothing else decides. */
  private async settleAll(
    attempts: readonly Dispatch[],
    make: (attempt: Dispatch, at: number) => Settlement,
  ): Promise<void> {
    const expected = attempts.map((attempt, at) =>
      this.isCurrent(attempt) && attempts.indexOf(attempt) === at ? 'ok' : 'stale',
    );
    const { results, followups } = await this.stage.attempts.settle(attempts.map(make));
    const words = results.map(({ result }) => result);
    if (words.join() !== expected.join())
      throw new Error(`${attempts.map(formatAttemptId).join()}: ${JSON.stringify(results)}, not ${expected.join()}`);
    for (const followup of followups) this.take(followup);
  }

  /** Its input was found to be risky before it was sent. */
  private async takeBack(pick: number): Promise<void> {
    const attempt = this.pickAttempt(pick, true);
    if (!attempt || this.viewOf(attempt).task.state !== 'dispatched') return;
    const risk = { score: 60 + (pick % 40), factors: [], reasons: ['it is'] };
    await this.settle(attempt, (one) => ({ ...outcome(one), verdict: 'approval', detail: { started: false, risk } }));
  }

  private async startMany(ids: readonly string[]): Promise<void> {
    const { followups, failures: errors } = await this.stage.attempts.startDirectives(ids);
    if (errors[0]) throw errors[0];
    for (const followup of followups) this.take(followup);
  }

  private failed(attempt: Dispatch, pick: number): Settlement {
    const { task } = this.viewOf(attempt);
    const fault = { class: failures[pick % failures.length]!, code: 'BROKE', message: 'it broke' };
    const started = task.state === 'running' || pick % 2 === 0;
    const { effect, maxRetries, retryDelayMs, backoff, maxRetryDelayMs } = attempt.spec;
    const facts = { effect, maxRetries, retryDelayMs, backoff, maxRetryDelayMs, attempt: attempt.attempt, started };
    const verdict = decideSettlement(facts, fault, 1, Number.MAX_SAFE_INTEGER, 0);
    const detail = { ...fault, started, ...costOf(attempt, pick) };
    const again = pick % 3 === 0 ? { ...detail, fallback: 'small' } : detail;
    if (verdict.verdict === 'retry')
      return { ...failure(attempt, { ...again, retryAtMs: verdict.atMs }), verdict: 'retry' };
    if (verdict.verdict === 'hold') return { ...failure(attempt, again), verdict: 'hold' };
    return { ...failure(attempt, detail), verdict: verdict.state === 'expired' ? 'expired' : 'failed' };
  }

  private async expand(pick: number): Promise<void> {
    const [id, index] = this.pickMember('expand', pick);
    if (!id) return;
    const member = `${id}.${index}`;
    const count = this.childCounts.get(member) ?? pick % 5;
    this.childCounts.set(member, count);
    const directive = this.snapshot.directives.find((one) => one.id === id)!;
    const { first = directive.numbers['total']!, staged = 0 } = directive.tasks.get(index!)!;
    // Now and then a repetition from where another executor has been already.
    const from = pick % 7 === 0 ? 0 : staged;
    const children = this.childrenOf(directive, index!, first, count).slice(from, from + expandLimit);
    const reply = await this.stage.attempts.expandTask(id, index!, count, from, children);
    if (reply.result === 'ok') this.take(reply.followup);
  }

  private childrenOf(directive: DirectiveView, index: string, first: number, count: number): [string, string][] {
    const plan = directive.keys[this.stage.keys.plan(directive.id)] as Record<string, string>;
    const items: Json = Array.from({ length: count }, (_, at) => at);
    const decision = decideFanOut(decodeTask(index, plan[index]!, plan[`${index}:spec`]!), items, first, 0);
    if (!('children' in decision)) throw new Error(JSON.stringify(decision));
    return decision.children.map((child) => {
      const { control, spec } = encodeTask(child, 0, String);
      return [control, spec];
    });
  }

  private async review(pick: number): Promise<void> {
    const { id, review, numbers, tasks } = this.directive(pick);
    if (review !== 'asked') return;
    const from = numbers['total']!;
    const isExtended = [...tasks.values()].some((task) => task.id.startsWith('x'));
    const extension = planOf([echo(`x${from}`), echo(`y${from}`, [`x${from}`])]);
    if (pick % 3 === 2 && !isExtended) await this.stage.store.extendPlan(id, shiftPlan(extension, from, 'hash'), from);
    else await this.stage.store.close(id, pick % 3 === 1 ? 'FAILED' : 'COMPLETED', undefined, { verdict: 'reviewed' });
  }

  private nextDuty(): CommandKind | undefined {
    const { directives, list, lists } = this.snapshot;
    const has = (name: string): boolean => list(name).length > 0;
    if (list('outbox').some((member) => member.startsWith('execute:'))) return 'start';
    if (directives.some(({ isWaiting, closing }) => isWaiting && closing === '')) return 'letGo';
    if (has('cascade')) return 'cascade';
    if (has('closing')) return 'closeChunk';
    if (has('orphaning')) return 'orphan';
    if (has('expand')) return 'expand';
    if (list('timers').some((member) => /^(retry|permit):/.test(member))) return 'fireTimers';
    if (directives.some(({ state, closing, isOverTtl }) => !resting.has(state) && closing === '' && isOverTtl))
      return 'expire';
    if (directives.some(({ state, closing }) => state === 'PAUSED' && closing === '')) return 'resume';
    if (this.courier.hasGiven) return 'deliver';
    if (list('permits').some((member) => member.startsWith('["back"'))) return 'back';
    if (lists.some((name) => name.startsWith('inflight:'))) return 'succeed';
    if (lists.some((name) => name.startsWith('ready:'))) return 'release';
    if (this.courier.hasUnasked(list('permits'))) return 'ask';
    return list('outbox').some((member) => member.startsWith('review:')) ? 'review' : undefined;
  }
}

function rotate<Item>(items: readonly Item[], by: number): Item[] {
  const from = by % Math.max(1, items.length);
  return [...items.slice(from), ...items.slice(0, from)];
}

/** Nothing said, nothing spent, a part, or more than was granted. */
function costOf({ spec }: Dispatch, pick: number): { costMicroUsd?: number } {
  if (spec.maxCostMicroUsd === 0 || pick % 4 === 0) return {};
  return { costMicroUsd: [0, spec.maxCostMicroUsd / 2, spec.maxCostMicroUsd + (pick % 11 === 0 ? 1 : 0)][pick % 3]! };
}

function succeeded(attempt: Dispatch, pick: number): Settlement {
  return outcome(attempt, { detail: { started: true, version: '1', ...costOf(attempt, pick) } });
}
