import {
  CocError,
  finalDirectiveStates,
  limits,
  type CheckpointList,
  type CheckpointView,
  type DirectiveView,
  type Principal,
} from '#libs/contracts';
import { decodeCursor, encodeCursor, type CheckpointStore, type DirectiveReader } from '#libs/state';

/**
 * The checkpoints of a directive. How a final one ended is its last checkpoint, and stands nowhere: its record says it all, and a checkpoint
 * more for each directive would be a tenth of what a small one takes.
 */
export class CheckpointDesk {
  constructor(
    private readonly reader: DirectiveReader,
    private readonly store: CheckpointStore,
  ) {}

  async create({ tenant, actor }: Principal, id: string, reason: string): Promise<CheckpointView> {
    await this.find(tenant, id);
    const number = await this.store.create(id, actor, reason);
    return this.get(tenant, id, number);
  }

  /** The newest first. */
  async list(
    tenant: string,
    id: string,
    { limit, cursor }: { limit: number; cursor?: string },
  ): Promise<CheckpointList> {
    const below = cursor === undefined ? Number.POSITIVE_INFINITY : Number(decodeCursor(cursor, ['number'])[0]);
    const older = (await this.all(await this.find(tenant, id))).filter(({ number }) => number < below);
    const items = older.slice(0, limit);
    return { items, nextCursor: older.length > limit ? encodeCursor([items.at(-1)!.number]) : null };
  }

  async get(tenant: string, id: string, number: number): Promise<CheckpointView> {
    return this.pick(await this.find(tenant, id), number);
  }

  /** The newest one without a number. Throws NOT_FOUND. */
  async pick(directive: DirectiveView, number?: number): Promise<CheckpointView> {
    const all = await this.all(directive);
    const found = number === undefined ? all[0] : all.find((checkpoint) => checkpoint.number === number);
    if (found) return found;
    const kept = all.length === 0 ? 'it has none' : `it has those from ${all.at(-1)!.number} to ${all[0]!.number}`;
    throw new CocError('NOT_FOUND', `${directive.id} has no checkpoint ${number ?? ''}: ${kept}`);
  }

  private async all(directive: DirectiveView): Promise<CheckpointView[]> {
    const stored = await this.store.all(directive.id);
    if (!finalDirectiveStates.includes(directive.state)) return stored;
    return [endOf(directive, (stored[0]?.number ?? 0) + 1), ...stored].slice(0, limits.keptCheckpoints);
  }

  private async find(tenant: string, id: string): Promise<DirectiveView> {
    const view = await this.reader.get(tenant, id);
    if (!view) throw new CocError('NOT_FOUND', `there is no directive ${id}`);
    return view;
  }
}

function endOf({ id, state, lastSeq, tasks, budget, finishedAt, updatedAt }: DirectiveView, number: number) {
  return {
    id: `${id}.${number}`,
    directiveId: id,
    number,
    at: finishedAt ?? updatedAt,
    seq: lastSeq,
    state,
    kind: 'automatic',
    reason: 'end',
    by: null,
    tasks,
    chargedUsd: budget.chargedUsd,
    chargedTokens: budget.chargedTokens,
  } satisfies CheckpointView;
}
