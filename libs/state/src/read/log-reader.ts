import { formatTaskIndex, limits } from '#libs/contracts';
import type { Redis } from '#libs/redis';
import type { Keys } from '../keys.js';

export interface LogLine {
  attempt: number;
  line: string;
}

interface TaskPlace {
  directiveId: string;
  index: number;
  queue: string;
}

const scanCount = 1_000;
const maxScans = 20;

/** Log lines of attempts: moved to the directive a minute after the job ended, until then BullMQ's own list of the job. */
export class LogReader {
  constructor(
    private readonly redis: Redis,
    private readonly keys: Keys,
  ) {}

  /** Oldest first; the last 1,000 lines of each attempt. */
  async of(place: TaskPlace, attempts: number): Promise<LogLine[]> {
    const numbers = Array.from({ length: attempts }, (_, at) => at + 1);
    const lines = await Promise.all(numbers.map(async (attempt) => this.linesOf(place, attempt, attempts)));
    return lines.flatMap((texts, at) =>
      texts.map((text) => ({ attempt: at + 1, line: text.slice(0, limits.maxLogLineChars) })),
    );
  }

  private async linesOf(place: TaskPlace, attempt: number, latest: number): Promise<string[]> {
    const moved = await this.last(this.keys.logs(place.directiveId, `${formatTaskIndex(place.index)}.${attempt}`));
    if (moved.length > 0) return moved;
    const jobId = attempt === latest ? await this.latestJob(place, attempt) : await this.failedJob(place, attempt);
    return jobId === undefined ? [] : this.last(`${this.queueKey(place)}:${jobId}:logs`);
  }

  private async last(key: string): Promise<string[]> {
    return this.redis.lrange(key, -limits.maxLogLines, -1);
  }

  private async latestJob(place: TaskPlace, attempt: number): Promise<string | undefined> {
    const text = await this.redis.hget(this.keys.tasks(place.directiveId), formatTaskIndex(place.index));
    const nonce = text === null ? undefined : (JSON.parse(text) as { nonce?: string }).nonce;
    return nonce && `${jobStart(place, attempt)}${nonce}`;
  }

  /** The nonce of an earlier attempt is not on record: its job stands among the failed ones, which are swept after a minute. */
  private async failedJob(place: TaskPlace, attempt: number): Promise<string | undefined> {
    const pattern = `${jobStart(place, attempt)}*`;
    let cursor = '0';
    for (let scan = 0; scan < maxScans; scan += 1) {
      const [next, found] = await this.redis.zscan(
        `${this.queueKey(place)}:failed`,
        cursor,
        'MATCH',
        pattern,
        'COUNT',
        scanCount,
      );
      if (found.length > 0) return found[0];
      if (next === '0') return undefined;
      cursor = next;
    }
    return undefined;
  }

  private queueKey({ directiveId, queue }: TaskPlace): string {
    return `${this.keys.rootOf(directiveId)}:${queue}`;
  }
}

function jobStart({ directiveId, index }: TaskPlace, attempt: number): string {
  return `${directiveId}.${formatTaskIndex(index)}.${attempt}.`;
}
