/** An entry of a worker queue's own event stream; `atMs` by Redis' clock. */
export interface QueueEntry {
  queue: string;
  atMs: number;
  event: string;
  jobId: string;
}
