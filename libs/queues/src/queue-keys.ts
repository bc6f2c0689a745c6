/** BullMQ's own key names, as far as the executor reads them. Pinned by a probe test: an upgrade that renames one fails there. */
export class QueueKeys {
  constructor(
    readonly root: string,
    readonly queue: string,
  ) {}

  private key(part: string): string {
    return `${this.root}:${this.queue}:${part}`;
  }

  events = (): string => this.key('events');
  meta = (): string => this.key('meta');
  wait = (): string => this.key('wait');
  active = (): string => this.key('active');
  completed = (): string => this.key('completed');
  failed = (): string => this.key('failed');
  /** Jobs that were taken in the present window of a worker's own rate; it is there as long as the window lasts. */
  limiter = (): string => this.key('limiter');
  /** While it exists no worker's stalled mover runs. */
  stalledCheck = (): string => this.key('stalled-check');
  job = (jobId: string): string => this.key(jobId);
  lock = (jobId: string): string => this.key(`${jobId}:lock`);
  logs = (jobId: string): string => this.key(`${jobId}:logs`);
}
