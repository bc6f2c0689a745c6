import { formatTaskIndex, type AttemptId } from '#libs/contracts';
import type { Redis } from '#libs/redis';
import type { Keys } from './keys.js';

/** Whether an attempt may still act: its directive is not final or paused-to-close and its fence is the current one. */
export class AttemptFence {
  constructor(
    private readonly redis: Redis,
    private readonly keys: Keys,
  ) {}

  async isCurrent(id: AttemptId): Promise<boolean> {
    const [closing, record] = await Promise.all([
      this.redis.hget(this.keys.directive(id.directiveId), 'closing'),
      this.redis.hget(this.keys.tasks(id.directiveId), formatTaskIndex(id.taskIndex)),
    ]);
    if (record === null || (closing !== null && closing !== '')) return false;
    const task = JSON.parse(record) as { state: string; attempt: number; nonce: string };
    return (
      task.attempt === id.attempt &&
      task.nonce === id.nonce &&
      (task.state === 'dispatched' || task.state === 'running')
    );
  }
}
