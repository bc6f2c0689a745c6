import { CocError, formatTaskIndex, type Json, type Principal, type TaskDetail, type TaskVerb } from '#libs/contracts';
import { refuseApprover } from '#libs/policy';
import type { QueueSender } from '#libs/queues';
import type { DirectiveReader, HoldReader, PayloadStore, TaskStore } from '#libs/state';
import type { Logger } from '#libs/telemetry';
import { tellRoom } from '../tell-room.js';
import type { HoldEditor } from './hold.editor.js';

interface TaskDeskParts {
  reader: DirectiveReader;
  holds: HoldReader;
  store: TaskStore;
  editor: HoldEditor;
  payloads: PayloadStore;
  sender: QueueSender;
  logger: Logger;
}

interface Order {
  verb: TaskVerb;
  comment: string;
  output?: Json;
  /** The last event of the directive that the giver of the order saw. */
  lastSeq?: number | undefined;
}

/** Skips a task, completes it with an output, or has it tried again now. */
export class TaskDesk {
  constructor(private readonly parts: TaskDeskParts) {}

  /** The task as it then is. Throws CocError. */
  async order(principal: Principal, id: string, taskId: string, order: Order): Promise<TaskDetail> {
    // Again when it came to wait for a human in between: that is another question, and not everybody may answer it.
    while (!(await this.give(principal, await this.find(principal, id, taskId), order)));
    await tellRoom(this.parts, 'execute', { tenant: principal.tenant, directiveId: id, traceparent: '' });
    return this.find(principal, id, taskId);
  }

  private async give(principal: Principal, task: TaskDetail, { output, ...order }: Order): Promise<boolean> {
    const { store, editor, payloads } = this.parts;
    await this.assertMayAnswer(principal, task, order.verb !== 'skip');
    if (output !== undefined) await editor.checkOutput({ view: task }, output);
    const text = output === undefined ? '' : await payloads.shelve(task.directiveId, JSON.stringify(output));
    const mayAnswer = task.state === 'held';
    return store.order(task.directiveId, task.index, { ...order, by: principal.actor, text, mayAnswer });
  }

  /** Of a task that waits for a human it is an answer, and an answer is an approver's. */
  private async assertMayAnswer(principal: Principal, task: TaskDetail, isYes: boolean): Promise<void> {
    if (task.state !== 'held') return;
    const hold = await this.parts.holds.find(principal.tenant, `${task.directiveId}.${formatTaskIndex(task.index)}`);
    const facts = { principal, requestedBy: hold?.view.requestedBy ?? '', score: hold?.view.risk?.score ?? null };
    const refusal = refuseApprover(facts, isYes);
    if (refusal !== undefined) throw new CocError('FORBIDDEN', `the task ${task.id} is held: ${refusal}`);
  }

  private async find({ tenant }: Principal, id: string, taskId: string): Promise<TaskDetail> {
    const task = await this.parts.reader.task(tenant, id, taskId);
    if (!task) throw new CocError('NOT_FOUND', `there is no task ${taskId} in a directive ${id}`);
    return task;
  }
}
