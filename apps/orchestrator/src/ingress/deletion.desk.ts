import { setTimeout as sleep } from 'node:timers/promises';
import { CocError, shardOfDirective, type DirectiveView, type Principal } from '#libs/contracts';
import {
  finishRemoval,
  type DirectiveFiles,
  type RecordedMarks,
  type RetentionStore,
  type ShardAgenda,
  type UploadRegister,
} from '#libs/state';
import type { Logger } from '#libs/telemetry';
import { requireFinal } from './require-final.js';

export interface DeletionParts {
  retention: RetentionStore;
  marks: RecordedMarks;
  agenda: ShardAgenda;
  files: DirectiveFiles;
  uploads: UploadRegister;
  logger: Logger;
}

/** A recorder that is at work has the last event of a directive within a tenth of a second; what it owes is back within one. */
const patienceMs = 3_000;
const pauseMs = 50;
/** As for the sweep: one that is further behind is not waited for. */
const mostUnrecorded = 2_000;

/** Removes a directive before its time of retention is over, by the steps of the executor's sweep, which goes on where this was cut short. */
export class DeletionDesk {
  constructor(private readonly parts: DeletionParts) {}

  /** Resolves when nothing of it is left but jobs that still wait for their own removal. */
  async delete({ tenant, actor }: Principal, { id, state }: DirectiveView): Promise<void> {
    requireFinal({ id, state }, 'deleted');
    const { retention, agenda, files, uploads, logger } = this.parts;
    const shard = shardOfDirective(id)!;
    await this.waitUntilSettled(shard, id);
    // A job that is still at work may leave a file behind: what is there after a day goes as that of a stray upload.
    await uploads.begin({ tenant, directiveId: id });
    const [first] = await retention.retire([id], tenant, await agenda.nowMs(), '');
    const end = await finishRemoval(retention, files, id, first);
    if (end === 'kept') throw settling(id, 'it ended in this moment');
    logger.info({ directiveId: id, tenant, actor }, 'a directive was deleted');
  }

  private async waitUntilSettled(shard: number, id: string): Promise<void> {
    const deadline = performance.now() + patienceMs;
    for (;;) {
      const unsettled = await this.unsettled(shard, id);
      if (unsettled === undefined) return;
      if (performance.now() > deadline) throw settling(id, unsettled);
      await sleep(pauseMs);
    }
  }

  /** What of it is still under way. */
  private async unsettled(shard: number, id: string): Promise<string | undefined> {
    const waiting = await this.parts.marks.unrecorded(shard, mostUnrecorded);
    if (waiting === 'many' || waiting.has(id)) return 'the recorder has not got all of its events yet';
    if (await this.parts.agenda.owesChildren(id)) return 'its children are still to be told that it ended';
    return (await this.parts.agenda.owesHomeSlot(id))
      ? 'its places and its money are still on their way back'
      : undefined;
  }
}

function settling(id: string, why: string): CocError {
  return new CocError('DIRECTIVE_SETTLING', `nothing of ${id} was removed: ${why}`, [], { retryAfterMs: 2_000 });
}
