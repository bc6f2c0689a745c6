import { randomBytes } from 'node:crypto';
import { formatTaskIndex, limits, shardOfDirective, type ArtifactEntry, type AttemptId } from '#libs/contracts';
import type { Keys } from '../keys.js';
import type { ScriptCall, ScriptRunner } from '../redis/script-runner.js';
import { followup, type DispatchReply, type Followup } from './dispatch.js';

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
  artifacts?: ArtifactEntry[];
  /** Version of the action the output was checked against. */
  version?: string;
  /** The job itself must go: the executor decided without the worker. */
  revoke?: boolean;
}

export interface Settlement {
  attempt: AttemptId;
  verdict: 'succeeded' | 'failed' | 'expired' | 'retry' | 'hold';
  detail: SettlementDetail;
  outputText: string;
}

export type SettleResult =
  | { result: 'ok'; followup: Followup; queue: string; readyLeft: number }
  | { result: 'stale' }
  | { result: 'version'; pinned: string }
  | { result: 'error'; error: Error };

export interface Timers extends Followup {
  expired: string[];
  nextMs: number | null;
}

/** What a running attempt may take beyond its action's timeout before the executor calls it overdue: the worker's own timer acts first. */
const timeoutGraceMs = 5_000;

/** The executor's durable transitions: one method a script. `window` is the number of attempts a queue may have in flight. */
export class AttemptStore {
  constructor(
    private readonly scripts: ScriptRunner,
    private readonly keys: Keys,
    private readonly window: number,
  ) {}

  async startDirective(directiveId: string): Promise<Followup> {
    const root = this.keys.rootOf(directiveId);
    const args = [directiveId, this.window, newNonceBase()];
    const reply = (await this.scripts.run({ name: 'start-directive', root, args })) as [
      DispatchReply[],
      [string, string][],
      number,
    ];
    return followup(shardOfDirective(directiveId)!, ...reply);
  }

  async advanceCascade(shard: number): Promise<Followup> {
    const reply = await this.runOnShard('advance-cascade', shard, [this.window, newNonceBase()]);
    return followup(shard, ...(reply as [DispatchReply[], [string, string][], number, string]));
  }

  async releaseTasks(shard: number, queue: string, limit: number): Promise<{ followup: Followup; left: number }> {
    const reply = await this.runOnShard('release-tasks', shard, [queue, this.window, newNonceBase(), limit]);
    const [dispatched, left] = reply as [DispatchReply[], number];
    return { followup: followup(shard, dispatched), left };
  }

  /** Answers how many reports were late or repeated. */
  async startAttempts(attempts: readonly AttemptId[]): Promise<number> {
    const replies = await this.scripts.runAll(
      attempts.map((attempt) => ({
        name: 'start-attempt',
        root: this.keys.rootOf(attempt.directiveId),
        args: [...fenceArgs(attempt), timeoutGraceMs],
      })),
    );
    const failed = replies.find((reply) => reply instanceof Error);
    if (failed) throw failed;
    return replies.filter((reply) => (reply as [string])[0] === 'stale').length;
  }

  /** A batch in one pipeline; answers in the order asked. */
  async settle(settlements: readonly Settlement[]): Promise<SettleResult[]> {
    const replies = await this.scripts.runAll(settlements.map((settlement) => this.settleCall(settlement)));
    return replies.map((reply, at) => parseSettleReply(reply, shardOfAttempt(settlements[at]!.attempt)));
  }

  async refuseTask(directiveId: string, index: string, code: string, message: string): Promise<Followup> {
    const root = this.keys.rootOf(directiveId);
    const args = [directiveId, index, code, message, this.window, newNonceBase()];
    const [result, ...rest] = (await this.scripts.run({ name: 'refuse-task', root, args })) as [
      string,
      DispatchReply[],
      [string, string][],
      number,
      string,
    ];
    return result === 'ok'
      ? followup(shardOfDirective(directiveId)!, ...rest)
      : followup(shardOfDirective(directiveId)!, []);
  }

  /** Writes children `from`.. of a fan-out of `count`; answers how many stand now, or why not. */
  async expandTask(
    directiveId: string,
    index: string,
    count: number,
    from: number,
    children: readonly [string, string][],
  ): Promise<
    { result: 'ok'; followup: Followup; staged: number } | { result: 'stale' } | { result: 'too-large'; total: number }
  > {
    const root = this.keys.rootOf(directiveId);
    const args = [
      directiveId,
      index,
      count,
      from,
      JSON.stringify(children),
      limits.maxTasks,
      this.window,
      newNonceBase(),
    ];
    const reply = (await this.scripts.run({ name: 'expand-task', root, args })) as [string, ...unknown[]];
    if (reply[0] === 'stale') return { result: 'stale' };
    if (reply[0] === 'too-large') return { result: 'too-large', total: Number(reply[1]) };
    const [, dispatched, staged, cascades, reviewing] = reply as [string, DispatchReply[], string, number, string];
    return {
      result: 'ok',
      followup: followup(shardOfDirective(directiveId)!, dispatched, [], cascades, reviewing),
      staged: Number(staged),
    };
  }

  async fireTimers(shard: number, limit: number): Promise<Timers> {
    const reply = await this.runOnShard('fire-timers', shard, [this.window, newNonceBase(), limit]);
    const [dispatched, expanding, expired, nextMs] = reply as [DispatchReply[], [string, string][], string[], string];
    return { ...followup(shard, dispatched, expanding), expired, nextMs: nextMs === '' ? null : Number(nextMs) };
  }

  private settleCall({ attempt, verdict, detail, outputText }: Settlement): ScriptCall {
    return {
      name: 'settle-attempt',
      root: this.keys.rootOf(attempt.directiveId),
      args: [...fenceArgs(attempt), verdict, JSON.stringify(detail), outputText, this.window, newNonceBase()],
    };
  }

  private async runOnShard(name: string, shard: number, args: (string | number)[]): Promise<unknown> {
    return this.scripts.run({ name, root: this.keys.root(shard), args });
  }
}

function fenceArgs(attempt: AttemptId): (string | number)[] {
  return [attempt.directiveId, formatTaskIndex(attempt.taskIndex), attempt.attempt, attempt.nonce];
}

/** 128 random bits a call, so that no fence is used twice even after Redis went back in time; the script appends a counter. */
function newNonceBase(): string {
  return randomBytes(16).toString('base64url');
}

function parseSettleReply(reply: unknown, shard: number): SettleResult {
  if (reply instanceof Error) return { result: 'error', error: reply };
  const [result, ...rest] = reply as [string, ...unknown[]];
  if (result === 'stale') return { result: 'stale' };
  if (result === 'version') return { result: 'version', pinned: rest[0] as string };
  const [dispatched, expanding, cascades, reviewing, queue, readyLeft] = rest as [
    DispatchReply[],
    [string, string][],
    number,
    string,
    string,
    number,
  ];
  return { result: 'ok', followup: followup(shard, dispatched, expanding, cascades, reviewing), queue, readyLeft };
}

/** The shard an attempt lives in; attempt ids are only built from directive ids. */
export function shardOfAttempt(attempt: AttemptId): number {
  return shardOfDirective(attempt.directiveId)!;
}
