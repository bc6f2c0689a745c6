import { randomBytes } from 'node:crypto';
import {
  formatTaskIndex,
  limits,
  shardOfDirective,
  type ArtifactEntry,
  type AskedRisk,
  type AttemptId,
} from '#libs/contracts';
import type { Keys } from '../keys.js';
import type { ScriptArg, ScriptCall, ScriptRunner } from '../redis/script-runner.js';
import { groupForCalls } from '../plan/plan-encoding.js';
import { luaJson } from '../redis/lua-json.js';
import type { GivenPermit } from './permit-store.js';
import { parseFollowup, type Followup, type FollowupReply } from './dispatch.js';

export interface SettlementDetail {
  /** The worker had begun; a lost attempt that had not is not charged. */
  started: boolean;
  costMicroUsd?: number;
  tokens?: number;
  code?: string;
  message?: string;
  class?: string;
  reason?: string;
  retryAtMs?: number;
  /** The model of the next attempt, when it is not the task's first. */
  fallback?: string;
  artifacts?: ArtifactEntry[];
  /** Version of the action the output was checked against. */
  version?: string;
  /** Why a human is asked before the attempt is sent. */
  risk?: AskedRisk;
  /** The job itself must go: the executor decided without the worker. */
  revoke?: boolean;
}

export interface Settlement {
  attempt: AttemptId;
  verdict: 'succeeded' | 'failed' | 'expired' | 'retry' | 'hold' | 'approval';
  detail: SettlementDetail;
  outputText: string;
}

export type SettleResult =
  | { result: 'ok' | 'stale' }
  | { result: 'version'; pinned: string }
  | { result: 'error'; error: Error };

export interface Settled {
  /** In the order asked. */
  results: SettleResult[];
  followups: Followup[];
  /** Queues in which tasks are ready, and their shards. */
  waiting: Map<string, number>;
}

export interface Timers extends Followup {
  expired: string[];
  /** Directives whose start has come. */
  starting: string[];
  /** Tasks whose question nobody answered in time. */
  unanswered: { directiveId: string; index: string }[];
  nextMs: number | null;
}

export type ExpandResult =
  | { result: 'ok'; followup: Followup; staged: number }
  | { result: 'stale' }
  | { result: 'too-large'; total: number };

interface PlacedSettlement {
  settlement: Settlement;
  place: number;
}

type SettleReply = [results: string[], lines: (string | number)[], followup?: FollowupReply];
type TimersReply = [
  expired: string[],
  nextMs: string,
  unanswered: string[],
  followup: FollowupReply,
  starting: string[],
];
type SteppedReply = [result: string, followup?: FollowupReply];

/** 25 settlements of as many directives take 1 to 2 ms. */
const attemptsPerCall = 25;
const startsPerCall = 10;

/** What a running attempt may take beyond its action's timeout before the executor calls it overdue: the worker's own timer acts first. */
const timeoutGraceMs = 5_000;

/** The executor's durable transitions: one method a script. `window` is the number of attempts a queue may have in flight. */
export class AttemptStore {
  constructor(
    private readonly scripts: ScriptRunner,
    private readonly keys: Keys,
    private readonly window: number,
  ) {}

  /** A few directives in each call, for a large fan-out alone may grant 100 tasks; a second start finds nothing to do. */
  async startDirectives(directiveIds: readonly string[]): Promise<{ followups: Followup[]; failures: Error[] }> {
    const started: { followups: Followup[]; failures: Error[] } = { followups: [], failures: [] };
    let open = directiveIds;
    while (open.length > 0) {
      const replies = await this.runGroups(
        open,
        (id) => id,
        startsPerCall,
        (ids) => ({
          name: 'start-directive',
          root: this.keys.rootOf(ids[0]!),
          args: [this.window, newNonceBase(), ...ids],
        }),
      );
      const left = replies.map(async ({ group, reply }) => this.takeStartReply(reply, shardOf(group[0]!), started));
      open = (await Promise.all(left)).flat();
    }
    return started;
  }

  async advanceCascade(shard: number): Promise<Followup> {
    const reply = await this.runOnShard(shard, 'advance-cascade', [this.window, newNonceBase()]);
    return this.followup(shard, reply as FollowupReply);
  }

  /** Goes on while it pops and grants nothing: the tasks of paused directives must not stand before all others. */
  async releaseTasks(shard: number, queue: string, limit: number): Promise<{ followup: Followup; left: number }> {
    for (;;) {
      const reply = await this.runOnShard(shard, 'release-tasks', [queue, this.window, newNonceBase(), limit]);
      const [left, popped, followup] = reply as [number, number, FollowupReply];
      if (followup[0].length > 0 || left === 0 || popped === 0)
        return { followup: await this.followup(shard, followup), left };
    }
  }

  /** `stale`: how many reports were late or repeated. */
  async startAttempts(
    attempts: readonly AttemptId[],
  ): Promise<{ stale: number; failures: { attempt: AttemptId; error: Error }[] }> {
    const replies = await this.runGroups(
      attempts,
      ({ directiveId }) => directiveId,
      attemptsPerCall,
      (group) => ({
        name: 'start-attempt',
        root: this.keys.rootOf(group[0]!.directiveId),
        args: [timeoutGraceMs, ...group.flatMap(fenceArgs)],
      }),
    );
    const failures = replies.flatMap(({ group, reply }) =>
      reply instanceof Error ? [{ attempt: group[0]!, error: reply }] : [],
    );
    const stale = replies.reduce((sum, { reply }) => sum + (reply instanceof Error ? 0 : (reply as number)), 0);
    return { stale, failures };
  }

  /** A batch in one pipeline; outcomes of one directive are in the same call, for its record is then read and written once. */
  async settle(settlements: readonly Settlement[]): Promise<Settled> {
    const settled: Settled = { results: [], followups: [], waiting: new Map() };
    let open = settlements.map((settlement, place) => ({ settlement, place }));
    while (open.length > 0) {
      const groups = this.groupSettlements(open);
      const replies = await this.scripts.runAll(groups.map((group) => this.settleCall(group)));
      const left = replies.map(async (reply, at) => this.takeSettleReply(reply, groups[at]!, settled));
      open = (await Promise.all(left)).flat();
    }
    return settled;
  }

  async refuseTask(directiveId: string, index: string, code: string, message: string): Promise<Followup> {
    const args = [directiveId, index, code, message.toWellFormed(), this.window, newNonceBase()];
    const [, followup] = (await this.runOn(directiveId, 'refuse-task', args)) as SteppedReply;
    return this.followup(shardOf(directiveId), followup);
  }

  /** What came of a task's condition; a second word about it is stale and changes nothing. */
  async passCondition(directiveId: string, index: string, holds: boolean): Promise<Followup> {
    const args = [directiveId, index, holds ? 'pass' : 'skip', this.window, newNonceBase()];
    const [, followup] = (await this.runOn(directiveId, 'pass-condition', args)) as SteppedReply;
    return this.followup(shardOf(directiveId), followup);
  }

  /** The same for what a whole directive asked for: `ok` when it goes on by it. */
  async permitDirective({ place, kind, amount }: GivenPermit, mustAskAgain = false): Promise<'ok' | 'known' | 'stale'> {
    const { directiveId, round } = place;
    const [result] = (await this.runOn(directiveId, 'permit-directive', [
      directiveId,
      round,
      kind,
      mustAskAgain ? 'again' : (amount ?? ''),
    ])) as ['ok'];
    return result;
  }

  /** `stale`: the task does not want any more what it was given. */
  async permitTask({ place, kind, key, turnAtMs }: GivenPermit, mustAskAgain = false): Promise<Followup | 'stale'> {
    const { directiveId, index, round } = place;
    const args = [
      directiveId,
      index,
      round,
      kind,
      key,
      mustAskAgain ? 'again' : (turnAtMs ?? ''),
      this.window,
      newNonceBase(),
    ];
    const [result, followup] = (await this.runOn(directiveId, 'permit-task', args)) as SteppedReply;
    return result === 'stale' ? 'stale' : this.followup(shardOf(directiveId), followup);
  }

  /** Writes children `from`.. of a fan-out of `count`, as many of them as one call may; answers how many stand now, or why not. */
  async expandTask(
    directiveId: string,
    index: string,
    count: number,
    from: number,
    children: readonly [control: string, spec: string][],
  ): Promise<ExpandResult> {
    const [group = []] = groupForCalls(children, ([control, spec]) => control.length + spec.length);
    const args = [directiveId, index, count, from, limits.maxTasks, this.window, newNonceBase(), ...group.flat()];
    const reply = (await this.runOn(directiveId, 'expand-task', args)) as [string, ...unknown[]];
    if (reply[0] === 'stale') return { result: 'stale' };
    if (reply[0] === 'too-large') return { result: 'too-large', total: Number(reply[1]) };
    const [, staged, followup] = reply as [string, string, FollowupReply];
    return { result: 'ok', followup: await this.followup(shardOf(directiveId), followup), staged: Number(staged) };
  }

  async fireTimers(shard: number, limit: number): Promise<Timers> {
    const reply = await this.runOnShard(shard, 'fire-timers', [this.window, newNonceBase(), limit]);
    const [expired, nextMs, members, next, starting] = reply as TimersReply;
    const followup = await this.followup(shard, next);
    const unanswered = members.map((member) => {
      const [directiveId, index] = member.split('.') as [string, string];
      return { directiveId, index };
    });
    return { ...followup, expired, starting, unanswered, nextMs: nextMs === '' ? null : Number(nextMs) };
  }

  private settleCall(group: readonly PlacedSettlement[]): ScriptCall {
    const outcomes = group.flatMap(({ settlement: { attempt, verdict, detail, outputText } }) => [
      ...fenceArgs(attempt),
      verdict,
      luaJson(detail),
      outputText,
    ]);
    const root = this.keys.rootOf(group[0]!.settlement.attempt.directiveId);
    return { name: 'settle-attempt', root, args: [this.window, newNonceBase(), ...outcomes] };
  }

  /** Answers the directives that the script left out to keep its call short. */
  private async takeStartReply(
    reply: unknown,
    shard: number,
    { followups, failures }: { followups: Followup[]; failures: Error[] },
  ): Promise<string[]> {
    if (reply instanceof Error) {
      failures.push(reply);
      return [];
    }
    const [left, followup] = reply as [string[], FollowupReply];
    followups.push(await this.followup(shard, followup));
    return left;
  }

  /** What lives in one shard in one call, in order. One bad item must not fail its neighbours: a group that fails is run one by one. */
  private async runGroups<Item>(
    items: readonly Item[],
    idOf: (item: Item) => string,
    most: number,
    callOf: (group: readonly Item[]) => ScriptCall,
  ): Promise<{ group: readonly Item[]; reply: unknown }[]> {
    const byRoot = Map.groupBy(items, (item) => this.keys.rootOf(idOf(item)));
    const groups = [...byRoot.values()].flatMap((list) => groupForCalls(list, () => 0, most));
    const replies = await this.scripts.runAll(groups.map(callOf));
    const answered = groups.map(async (group, at) => {
      const reply = replies[at];
      if (!(reply instanceof Error) || group.length === 1) return [{ group, reply }];
      return this.runGroups(group, idOf, 1, callOf);
    });
    return (await Promise.all(answered)).flat();
  }

  /** By shard, and in it by directive; a group ends early when its outputs are large. */
  private groupSettlements(open: readonly PlacedSettlement[]): PlacedSettlement[][] {
    const byDirective = Map.groupBy(open, ({ settlement }) => settlement.attempt.directiveId);
    const byRoot = Map.groupBy([...byDirective.values()].flat(), ({ settlement }) =>
      this.keys.rootOf(settlement.attempt.directiveId),
    );
    return [...byRoot.values()].flatMap((list) =>
      groupForCalls(list, ({ settlement }) => settlement.outputText.length, attemptsPerCall),
    );
  }

  /** Answers what the script left out to keep its call short. */
  private async takeSettleReply(
    reply: unknown,
    group: readonly PlacedSettlement[],
    { results, followups, waiting }: Settled,
  ): Promise<PlacedSettlement[]> {
    if (reply instanceof Error) {
      for (const { place } of group) results[place] = { result: 'error', error: reply };
      return [];
    }
    const [words, lines, followup] = reply as SettleReply;
    const shard = shardOfAttempt(group[0]!.settlement.attempt);
    followups.push(await this.followup(shard, followup));
    for (let at = 0; at < lines.length; at += 2) if (Number(lines[at + 1]) > 0) waiting.set(String(lines[at]), shard);
    for (const [at, word] of words.entries()) results[group[at]!.place] = settleResultOf(word);
    return group.filter((_, at) => words[at] === 'again');
  }

  private async followup(shard: number, reply: FollowupReply | undefined): Promise<Followup> {
    return parseFollowup(shard, reply, async (id, index) =>
      this.scripts.readField(this.keys.plan(id), `${index}:spec`),
    );
  }

  private async runOn(directiveId: string, name: string, args: ScriptArg[]): Promise<unknown> {
    return this.scripts.run({ name, root: this.keys.rootOf(directiveId), args });
  }

  private async runOnShard(shard: number, name: string, args: ScriptArg[]): Promise<unknown> {
    return this.scripts.run({ name, root: this.keys.root(shard), args });
  }
}

function shardOf(directiveId: string): number {
  return shardOfDirective(directiveId)!;
}

function settleResultOf(word: string): SettleResult {
  const pinned = /^version:(.*)$/.exec(word)?.[1];
  return pinned === undefined ? { result: word === 'ok' ? 'ok' : 'stale' } : { result: 'version', pinned };
}

function fenceArgs(attempt: AttemptId): ScriptArg[] {
  return [attempt.directiveId, formatTaskIndex(attempt.taskIndex), attempt.attempt, attempt.nonce];
}

const processNonce = randomBytes(12).toString('base64url');
let calls = 0;

/** 96 random bits a process and a number a call, so that no fence is used twice even after Redis went back in time; the script appends a counter. */
function newNonceBase(): string {
  calls += 1;
  return `${processNonce}${calls.toString(36)}-`;
}

/** The shard an attempt lives in; attempt ids are only built from directive ids. */
function shardOfAttempt(attempt: AttemptId): number {
  return shardOf(attempt.directiveId);
}
