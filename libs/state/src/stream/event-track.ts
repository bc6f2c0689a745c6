import type { EventPointer } from './event-pointer.js';
import type { SharedEvent } from './shared-event.js';

export interface TrackPage {
  steps: TrackStep[];
  /** Whether that was all there is. */
  isAll: boolean;
}

export interface TrackStep {
  pointer: EventPointer;
  /** Absent for one that is passed in silence: somebody else's, filtered out, or gone with its directive. */
  event: SharedEvent | undefined;
}

/** What a client follows, and how far it has come. */
export interface EventTrack {
  readonly topic: string;
  wants(pointer: EventPointer): boolean;
  /** The next of what is recorded. Throws POSITION_GONE. */
  readPage(): Promise<TrackPage>;
  /** Goes past the pointer: "passed" when it was already, "ahead" when something before it is missing. */
  pass(pointer: EventPointer): 'next' | 'passed' | 'ahead';
  /** From here on the feed says everything. */
  goLive(): void;
  /** Where a client that has everything so far goes on. */
  position(): string;
  /** Nothing can follow. */
  isOver(): boolean;
}
