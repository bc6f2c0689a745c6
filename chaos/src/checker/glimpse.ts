import type { StoredDirective } from './evidence.js';

/** Something that was seen while the run went on, all of it in one moment of Redis. */
export type Glimpse = { atMs: number } & (
  | {
      what: 'outcome';
      queue: string;
      jobId: string;
      entryId: string;
      /** The readers' group has passed it, and nobody holds it. */
      isPassed: boolean;
      hasJob: boolean;
    }
  | { what: 'no job'; queue: string; jobId: string }
  | { what: 'directive'; directive: StoredDirective }
);
