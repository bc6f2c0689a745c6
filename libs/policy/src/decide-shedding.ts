/** What a Redis master uses of what it may use; `maxBytes` 0 when it has no limit. */
export interface MemoryUse {
  usedBytes: number;
  maxBytes: number;
}

/** A queue as a newcomer finds it: tasks ready and in flight, or messages due; the age of the oldest that nobody has taken. */
export interface QueueLoad {
  queue: string;
  depth: number;
  oldestMs: number;
}

/** A figure and how old it is; undefined when it was never read. */
export type Reading<T> = { value: T; ageMs: number } | undefined;

/** 0 switches a limit off. */
export interface ShedLimits {
  memoryPercent: number;
  memoryBytes: number;
  maxDepth: number;
  maxAgeMs: number;
}

export interface Shedding {
  code: 'MEMORY_SHORT' | 'QUEUE_TOO_LONG' | 'QUEUE_OVERDUE';
  detail: string;
  retryAfterS: number;
}

/** An older figure says nothing about now: that Redis is away is told by the write itself. */
const trustedMs = 5_000;
const retryAfterS = { memory: 10, depth: 5, age: 5 };

const megabytes = (bytes: number): string => `${Math.round(bytes / 2 ** 20)} MB`;

/** Whether a new directive is refused for now, and why; undefined when it is let in. */
export function decideShedding(
  memory: Reading<readonly MemoryUse[]>,
  queues: Reading<readonly QueueLoad[]>,
  limits: ShedLimits,
): Shedding | undefined {
  return (
    firstOf(trusted(memory), (use) => shedForMemory(use, limits)) ??
    firstOf(trusted(queues), (load) => shedForQueue(load, limits))
  );
}

function trusted<T>(reading: Reading<readonly T[]>): readonly T[] {
  return reading !== undefined && reading.ageMs <= trustedMs ? reading.value : [];
}

function firstOf<T>(items: readonly T[], judge: (item: T) => Shedding | undefined): Shedding | undefined {
  for (const item of items) {
    const shedding = judge(item);
    if (shedding) return shedding;
  }
  return undefined;
}

function shedForMemory({ usedBytes, maxBytes }: MemoryUse, limits: ShedLimits): Shedding | undefined {
  const share = limits.memoryPercent === 0 || maxBytes === 0 ? Infinity : (maxBytes * limits.memoryPercent) / 100;
  const limitBytes = Math.min(share, limits.memoryBytes === 0 ? Infinity : limits.memoryBytes);
  if (usedBytes < limitBytes) return undefined;
  const detail = `Redis uses ${megabytes(usedBytes)}, and from ${megabytes(limitBytes)} on no new directive is taken`;
  return { code: 'MEMORY_SHORT', detail, retryAfterS: retryAfterS.memory };
}

function shedForQueue({ queue, depth, oldestMs }: QueueLoad, limits: ShedLimits): Shedding | undefined {
  if (limits.maxDepth > 0 && depth > limits.maxDepth) {
    const detail = `${depth} are in the queue ${queue}, and over ${limits.maxDepth} no new directive for it is taken`;
    return { code: 'QUEUE_TOO_LONG', detail, retryAfterS: retryAfterS.depth };
  }
  if (limits.maxAgeMs > 0 && oldestMs > limits.maxAgeMs) {
    const detail = `the oldest in the queue ${queue} waits for ${oldestMs} ms, and over ${limits.maxAgeMs} ms no new directive for it is taken`;
    return { code: 'QUEUE_OVERDUE', detail, retryAfterS: retryAfterS.age };
  }
  return undefined;
}
