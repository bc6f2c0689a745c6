import { Queue } from 'bullmq';
import { duplicateOf, type Redis } from '#libs/redis';
import {
  deliveryQueue,
  parseQueueName,
  roomQueue,
  schemaVersion,
  shardOfDirective,
  type DeliveryMessage,
  type Room,
  type RoomBatch,
  type RoomMessage,
  type TaskMessage,
} from '#libs/contracts';
import { Gatherer } from '#libs/policy';
import { bullPrefix, type BullAddress } from './bull-connection.js';
import { JobMarks } from './job-marks.js';

/** What a room is told about: the message says no more, the record in Redis does. */
export type RoomSubject = Pick<RoomMessage, 'tenant' | 'directiveId' | 'traceparent'>;

export interface TaskJob {
  queue: string;
  jobId: string;
  message: TaskMessage;
}

const messageKinds = { decide: 'DecideDirective', execute: 'ExecuteDirective', review: 'ReviewDirective' } as const;

/** Events are trimmed by the executor below the oldest unsettled one, never by count. */
export const maxLenEvents = 1_000_000_000;

/** Nothing removes an unsettled result, and nobody but the executor tries a task again. */
const taskJobOptions = { attempts: 1, removeOnComplete: false, removeOnFail: false, stackTraceLimit: 1 } as const;
const roomJobOptions = {
  attempts: 3,
  backoff: { type: 'fixed', delay: 500 },
  removeOnComplete: true,
  removeOnFail: true,
} as const;

/** Longer than it takes until a killed reader has a successor, which files its last ones again: they are known by these. */
const keepEnded = { age: 600, count: 10_000 };
/** Of deliveries nobody reads them. */
const maxLenDeliveryEvents = 1_000;

export interface DeliveryJob {
  jobId: string;
  message: DeliveryMessage;
  /** How often it is tried, at most. */
  tries: number;
}

/**
 * The one factory of BullMQ queues: every message and every task job leaves through here, over one connection of its own. BullMQ defines
 * its 60 scripts on it, which makes each pipeline on that connection 10 µs dearer.
 */
export class QueueSender {
  private readonly queues = new Map<string, Queue>();
  private readonly mailbags = new Map<string, Gatherer<RoomMessage, void>>();
  private readonly redis: Redis;
  private readonly marks: JobMarks;

  constructor(
    redis: Redis,
    private readonly address: BullAddress,
  ) {
    this.redis = duplicateOf(redis);
    this.redis.on('error', () => undefined);
    this.marks = new JobMarks(this.redis, address);
  }

  /** One `addBulk` a queue. A job id that exists already is left as it is, so a repeated send is harmless. */
  async sendTasks(jobs: readonly TaskJob[]): Promise<void> {
    const byQueue = Map.groupBy(jobs, (job) => job.queue);
    await Promise.all(
      [...byQueue].map(([name, list]) =>
        this.queue(name).addBulk(
          list.map(({ jobId, message }) => ({
            name: message.action,
            data: message,
            opts: { ...taskJobOptions, jobId },
          })),
        ),
      ),
    );
  }

  /** A message that may be in the queue still: by its id it is there once, however often it is sent again. */
  async sendRoomAgain(room: Room, subject: RoomSubject): Promise<void> {
    const message = messageOf(room, subject);
    const batch: RoomBatch = { schemaVersion, messages: [message] };
    const jobId = `${message.directiveId}.${room}`;
    await this.queue(queueOf(room, message)).add(message.kind, batch, { ...roomJobOptions, jobId });
  }

  /** A job id that exists already is left as it is, so filing again is harmless. */
  async sendDeliveries(jobs: readonly DeliveryJob[]): Promise<void> {
    const kept = { removeOnComplete: keepEnded, removeOnFail: keepEnded };
    await this.queue(deliveryQueue).addBulk(
      jobs.map(({ jobId, message, tries }) => ({
        name: message.type,
        data: message,
        opts: { ...kept, jobId, attempts: tries, backoff: { type: 'custom' }, stackTraceLimit: 1 },
      })),
    );
  }

  /** How many deliveries wait for their first or next try. */
  async countDeliveries(): Promise<number> {
    return this.queue(deliveryQueue).getJobCountByTypes('waiting', 'delayed');
  }

  /** Resolves when the message is in the room's queue. */
  async sendRoom(room: Room, subject: RoomSubject): Promise<void> {
    const message = messageOf(room, subject);
    await this.mailbag(queueOf(room, message)).add(message);
  }

  /** It is not in its queue then, and whoever is still about to send it no longer can; `held` while a worker has its lock. */
  async removeJob(name: string, jobId: string): Promise<'removed' | 'held' | 'absent'> {
    for (let removed: 'removed' | 'absent' = 'absent'; ; removed = 'removed') {
      if (await this.marks.bar(name, jobId)) return removed;
      if ((await this.queue(name).remove(jobId)) !== 1) return 'held';
    }
  }

  async close(): Promise<void> {
    // One whose connection was just lost rejects, and there is nothing left to close then.
    await Promise.allSettled([...this.queues.values()].map((queue) => queue.close()));
    this.redis.disconnect();
  }

  /** A hop through BullMQ costs as much as a task: under load, a thousand directives a second cost a few dozen hops. */
  private mailbag(name: string): Gatherer<RoomMessage, void> {
    const known = this.mailbags.get(name);
    if (known) return known;
    const queue = this.queue(name);
    const post = async (messages: readonly RoomMessage[]): Promise<void[]> => {
      const batch: RoomBatch = { schemaVersion, messages: [...messages] };
      await queue.add(messages[0]!.kind, batch, roomJobOptions);
      return messages.map(() => undefined);
    };
    const mailbag = new Gatherer(post, { most: 100 });
    this.mailbags.set(name, mailbag);
    return mailbag;
  }

  private queue(name: string): Queue {
    const known = this.queues.get(name);
    if (known) return known;
    const shard = parseQueueName(name)?.shard;
    if (shard === undefined) throw new RangeError(`not a queue name: ${name}`);
    const queue = new Queue(name, {
      prefix: bullPrefix(this.address, shard),
      connection: this.redis,
      streams: { events: { maxLen: name === deliveryQueue ? maxLenDeliveryEvents : maxLenEvents } },
    });
    queue.on('error', () => undefined);
    this.queues.set(name, queue);
    return queue;
  }
}

function messageOf(room: Room, { tenant, directiveId, traceparent }: RoomSubject): RoomMessage {
  return { kind: messageKinds[room], schemaVersion, tenant, directiveId, traceparent };
}

function queueOf(room: Room, { directiveId }: RoomMessage): string {
  return roomQueue(room, shardOfDirective(directiveId)!);
}
