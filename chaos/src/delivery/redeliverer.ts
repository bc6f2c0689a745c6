import { Queue } from 'bullmq';
import type { Redis } from 'ioredis';
import { parseAttemptId, roomQueue, schemaVersion, shardRoot, type RoomBatch } from '#libs/contracts';
import { copyMark } from '../rig/queue-observer.js';
import type { SeededRandom } from '../run/seeded-random.js';

const keyPrefix = 'coc';
const page = 500;
const outcomes = ['active', 'completed', 'failed'];
/** Of what was cancelled or timed out no job may be seen at work any more, whoever put it there. */
const finals = ['COMPLETED', 'FAILED'];

interface Entry {
  queue: string;
  fields: string[];
  event: string;
  jobId: string;
}

type Done = Record<'outcome again' | 'job again' | 'job later' | 'message again', number>;

/** Somebody with access to Redis who delivers a share of everything once more, as a client does whose first delivery was not acknowledged. */
export class Redeliverer {
  /** How far each stream and each index was looked at. */
  private readonly seen = new Map<string, string>();
  private readonly queues = new Map<string, Queue>();

  constructor(
    private readonly redis: Redis,
    private readonly shards: number,
    private readonly share: number,
  ) {}

  /** All that came since the round before, a share of it once more. */
  async round(random: SeededRandom): Promise<Done> {
    const done: Done = { 'outcome again': 0, 'job again': 0, 'job later': 0, 'message again': 0 };
    for (let shard = 0; shard < this.shards; shard += 1) {
      const root = shardRoot(keyPrefix, shard);
      for (const queue of (await this.redis.smembers(`${root}:queues`)).toSorted()) {
        const entries = random.shuffle((await this.fresh(root, queue)).filter(() => random.chance(this.share)));
        for (const entry of entries) done['outcome again'] += await this.reportAgain(root, entry);
        for (const entry of entries) done['job again'] += await this.sendAgain(root, entry);
        if (random.chance(this.share)) done['job later'] += await this.sendLater(root, queue);
      }
      done['message again'] += await this.orderAgain(root, shard, random);
    }
    return done;
  }

  private async fresh(root: string, queue: string): Promise<Entry[]> {
    const key = `${root}:${queue}:events`;
    const entries = await this.redis.xrange(key, this.seen.get(key) ?? '-', '+', 'COUNT', page);
    const last = entries.at(-1)?.[0];
    if (last !== undefined) this.seen.set(key, `(${last}`);
    return entries.map(([, fields]) => {
      const words = new Map(
        Array.from({ length: fields.length / 2 }, (_, at) => [fields[2 * at]!, fields[2 * at + 1]!]),
      );
      return { queue, fields, event: words.get('event') ?? '', jobId: words.get('jobId') ?? '' };
    });
  }

  private async reportAgain(root: string, { queue, fields, event }: Entry): Promise<number> {
    if (!outcomes.includes(event) || fields.includes(copyMark)) return 0;
    const key = `${root}:${queue}:events`;
    // Nothing of our own is looked at again: each round would double the one before.
    const id = await this.redis.xadd(key, '*', ...fields, copyMark, '1');
    return id === null ? 0 : 1;
  }

  /** The same job under the same id, when it and its directive are over: before that BullMQ itself refuses it. */
  private async sendAgain(root: string, { queue, event, jobId }: Entry): Promise<number> {
    const attempt = parseAttemptId(jobId);
    if (event !== 'completed' || !attempt) return 0;
    const state = await this.redis.hget(`${root}:d:${attempt.directiveId}`, 'state');
    const job = finals.includes(state ?? '') ? await this.queue(root, queue).getJob(jobId) : undefined;
    if (!job) return 0;
    await job.remove();
    const { attempts, removeOnComplete, removeOnFail } = job.opts;
    await this.queue(root, queue).add(job.name, job.data, {
      jobId,
      ...(attempts === undefined ? {} : { attempts }),
      ...(removeOnComplete === undefined ? {} : { removeOnComplete }),
      ...(removeOnFail === undefined ? {} : { removeOnFail }),
    });
    return 1;
  }

  /** Whose turn is next becomes the last. */
  private async sendLater(root: string, queue: string): Promise<number> {
    const key = `${root}:${queue}:wait`;
    if ((await this.redis.llen(key)) < 2) return 0;
    return (await this.redis.lmove(key, key, 'RIGHT', 'LEFT')) === null ? 0 : 1;
  }

  /** A message to the room that releases, for directives at any point of their life. */
  private async orderAgain(root: string, shard: number, random: SeededRandom): Promise<number> {
    const ids = await this.redis.zrange(`${root}:index:local`, '0', '-1');
    const chosen = ids.filter(() => random.chance(this.share / 2));
    for (const directiveId of chosen) {
      const message = {
        kind: 'ExecuteDirective',
        schemaVersion,
        tenant: 'local',
        directiveId,
        traceparent: '',
      } as const;
      const batch: RoomBatch = { schemaVersion, messages: [message] };
      const options = { removeOnComplete: true, removeOnFail: true };
      await this.queue(root, roomQueue('execute', shard)).add(message.kind, batch, options);
    }
    return chosen.length;
  }

  private queue(root: string, name: string): Queue {
    const known = this.queues.get(name);
    if (known) return known;
    const queue = new Queue(name, { prefix: root, connection: this.redis, skipMetasUpdate: true });
    queue.on('error', () => undefined);
    this.queues.set(name, queue);
    return queue;
  }
}
