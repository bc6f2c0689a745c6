import type { CrashOrder } from './tripwire.js';

/** To a process with the preload; each is answered by a report. */
export type CrashRequest = { kind: 'arm'; order?: CrashOrder } | { kind: 'count' };

/** How often each point was passed since the process began. */
export interface CrashReport {
  counts: Record<string, number>;
}
