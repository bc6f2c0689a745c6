import { randomBytes } from 'node:crypto';
import {
  CocError,
  limits,
  shardOfDirective,
  usdFromMicroUsd,
  type AutomaticReason,
  type CheckpointView,
  type DirectiveState,
} from '#libs/contracts';
import { allowedFrom, type CheckpointMoment } from '#libs/policy';
import type { Redis } from '#libs/redis';
import type { Keys } from '../keys.js';
import { parseCounts } from '../read/counts.js';
import type { ScriptRunner } from '../redis/script-runner.js';

/** As scripts/includes/checkpoint.lua writes it. */
export interface StoredCheckpoint {
  number: number;
  at: number;
  seq: number;
  state: DirectiveState;
  kind: CheckpointView['kind'];
  reason: string;
  by?: string;
  total: number;
  open: number;
  succeeded: number;
  failed: number;
  skipped: number;
  cancelled: number;
  expired: number;
  chargedMicroUsd: number;
  chargedTokens: number;
}

/** What says whether a checkpoint is due. */
export interface CheckpointFacts {
  now: CheckpointMoment;
  isClosing: boolean;
  /** The newest checkpoint, and its number. */
  last: (CheckpointMoment & { number: number }) | undefined;
}

type Reply = [result: 'ok', number: string] | ['unknown' | 'late'] | ['illegal', DirectiveState, DirectiveState | ''];

/** Makes checkpoints and reads them back. */
export class CheckpointStore {
  constructor(
    private readonly redis: Redis,
    private readonly scripts: ScriptRunner,
    private readonly keys: Keys,
  ) {}

  /** By a human's order; answers its number. Throws NOT_FOUND and TRANSITION_ILLEGAL. */
  async create(directiveId: string, by: string, reason: string): Promise<number> {
    const token = randomBytes(12).toString('base64url');
    const [result, detail, closing] = await this.run(directiveId, ['manual', reason, by, token]);
    if (result === 'ok') return Number(detail);
    if (result === 'illegal') throw over(directiveId, detail, closing ?? '');
    throw new CocError('NOT_FOUND', `there is no directive ${directiveId}`);
  }

  /** By an executor, after the checkpoint `after` (0: there is none yet). False when it came too late. */
  async createDue(directiveId: string, reason: AutomaticReason, after: number): Promise<boolean> {
    const [result] = await this.run(directiveId, ['automatic', reason, '', after]);
    return result === 'ok';
  }

  /** undefined when there is no such directive. */
  async facts(directiveId: string): Promise<CheckpointFacts | undefined> {
    const [[state, closing, counts, startedAt, createdAt], newest] = await Promise.all([
      this.redis.hmget(this.keys.directive(directiveId), 'state', 'closing', 'counts', 'startedAt', 'createdAt'),
      this.redis.lindex(this.keys.checkpoints(directiveId), 0),
    ]);
    if (!state) return undefined;
    const last = newest === null ? undefined : (JSON.parse(newest) as StoredCheckpoint);
    const now = { ...parseCounts(counts), state: state as DirectiveState, at: Number(startedAt || createdAt) };
    return { now: momentOf(now), isClosing: closing !== null && closing !== '', last: last && lastOf(last) };
  }

  /** The newest first, `from` counted from the newest on. */
  async list(directiveId: string, from: number, count: number): Promise<CheckpointView[]> {
    const texts = await this.redis.lrange(this.keys.checkpoints(directiveId), from, from + count - 1);
    return texts.map((text) => viewCheckpoint(directiveId, JSON.parse(text) as StoredCheckpoint));
  }

  /** All that are kept, the newest first. */
  async all(directiveId: string): Promise<CheckpointView[]> {
    return this.list(directiveId, 0, limits.keptCheckpoints);
  }

  private async run(directiveId: string, args: (string | number)[]): Promise<Reply> {
    const root = this.keys.root(shardOfDirective(directiveId)!);
    return (await this.scripts.run({ name: 'create-checkpoint', root, args: [directiveId, ...args] })) as Reply;
  }
}

function lastOf(stored: StoredCheckpoint): CheckpointMoment & { number: number } {
  return { ...momentOf(stored), number: stored.number };
}

function momentOf({
  state,
  total,
  open,
  succeeded,
  at,
}: Pick<StoredCheckpoint, 'state' | 'total' | 'open' | 'succeeded' | 'at'>): CheckpointMoment {
  return { state, ended: total - open, succeeded, atMs: at };
}

function viewCheckpoint(directiveId: string, stored: StoredCheckpoint): CheckpointView {
  const { number, at, seq, state, kind, reason, by, chargedMicroUsd, chargedTokens } = stored;
  const { total, open, succeeded, failed, skipped, cancelled, expired } = stored;
  return {
    id: `${directiveId}.${number}`,
    directiveId,
    number,
    at: new Date(at).toISOString(),
    seq,
    state,
    kind,
    reason,
    by: by ?? null,
    tasks: { total, open, succeeded, failed, skipped, cancelled, expired },
    chargedUsd: usdFromMicroUsd(chargedMicroUsd),
    chargedTokens,
  };
}

function over(directiveId: string, state: DirectiveState, closing: DirectiveState | ''): CocError {
  const allowed = closing === '' ? allowedFrom(state) : [closing];
  const place = closing === '' ? state : `${state}, closing as ${closing}`;
  return new CocError('TRANSITION_ILLEGAL', `${directiveId} is ${place}; how it ends is its last checkpoint`, [], {
    standing: { state, allowed },
  });
}
