import { actionOfQueue, parseQueueName, shardRoot } from '#libs/contracts';
import { mastersOf, type Redis } from '#libs/redis';
import { QueueKeys } from './queue-keys.js';

/** A connection that says by its name which queue it serves. BullMQ's workers for Node do; others need not. */
export interface NamedWorker {
  queue: string;
  action: string;
  shard: number;
  /** What the worker calls itself; null when it has no name of its own. */
  name: string | null;
  /** Of its connection, as Redis sees it. */
  address: string;
  connectedS: number;
  idleS: number;
}

/** What a queue itself tells of its workers, in whatever language they are. */
export interface QueueAttendance {
  queue: string;
  /** Jobs that no worker has taken yet. */
  waiting: number;
  /** The one that is taken next; undefined when none waits. */
  next: string | undefined;
  /** Jobs that workers hold. */
  atWork: number;
  /** When a worker last took a job, by that worker's clock, as far as the queue still has it. */
  lastClaimMs: number | undefined;
}

const namePattern = /^\{([^}]+)\}:([A-Za-z0-9+/=]+)(?::w:(.*))?$/;

/** Who is there to take jobs. Reads only: a few commands a queue, and one for all connections of a server. */
export class WorkerPresence {
  constructor(
    private readonly redis: Redis,
    private readonly keyPrefix: string,
  ) {}

  /** Empty where Redis does not let us list its clients; a worker without a named connection is in none of it. */
  async named(): Promise<NamedWorker[]> {
    const lists = await Promise.all(mastersOf(this.redis).map(async (server) => server.client('LIST').catch(() => '')));
    return lists.flatMap((list) => String(list).split('\n')).flatMap((line) => this.workerOf(line));
  }

  async attendance(queue: string): Promise<QueueAttendance> {
    const keys = this.keys(queue);
    const [[waiting, next], [atWork, newest], done, failed] = await Promise.all([
      Promise.all([this.redis.llen(keys.wait()), this.redis.lindex(keys.wait(), -1)]),
      Promise.all([this.redis.llen(keys.active()), this.redis.lindex(keys.active(), 0)]),
      this.redis.zrange(keys.completed(), '-1', '-1'),
      this.redis.zrange(keys.failed(), '-1', '-1'),
    ]);
    const claimed = [...(newest === null ? [] : [newest]), ...done, ...failed];
    const times = await Promise.all(claimed.map(async (jobId) => this.redis.hget(keys.job(jobId), 'processedOn')));
    const known = times.flatMap((text) => (text === null ? [] : [Number(text)]));
    const lastClaimMs = known.length === 0 ? undefined : Math.max(...known);
    return { queue, waiting, next: next ?? undefined, atWork, lastClaimMs };
  }

  private workerOf(line: string): NamedWorker[] {
    const fields = Object.fromEntries(line.split(' ').map((part) => splitAt(part, part.indexOf('='))));
    const [, tag = '', encoded = '', name] = namePattern.exec(fields['name'] ?? '') ?? [];
    const queue = Buffer.from(encoded, 'base64').toString();
    const shard = parseQueueName(queue)?.shard;
    const action = actionOfQueue(queue);
    if (shard === undefined || action === undefined || tag !== `${this.keyPrefix}:${shard}`) return [];
    const { addr = '', age = '0', idle = '0' } = fields;
    return [{ queue, action, shard, name: name || null, address: addr, connectedS: Number(age), idleS: Number(idle) }];
  }

  private keys(queue: string): QueueKeys {
    const shard = parseQueueName(queue)?.shard;
    if (shard === undefined) throw new RangeError(`not a queue name: ${queue}`);
    return new QueueKeys(shardRoot(this.keyPrefix, shard), queue);
  }
}

function splitAt(text: string, at: number): [string, string] {
  return [text.slice(0, at), text.slice(at + 1)];
}
