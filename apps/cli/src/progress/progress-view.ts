import type { DirectiveEvent } from '#libs/contracts';
import type { Snapshot } from './directive-picture.js';

/** Shows how a directive goes on. */
export interface ProgressView {
  /** Whether the view draws tasks; if not, the plan need not be read, and every event is told from the first on. */
  readonly needsTasks: boolean;
  /** The picture as it is now; without tasks when the view does not need them. */
  show(snapshot: Snapshot): void;
  tell(event: DirectiveEvent): void;
  /** The server cannot be heard, and why. */
  away(reason: string): void;
  back(): void;
  /** A passing remark. */
  note(text: string): void;
  /** Nothing comes any more: what is shown now stays. */
  close(): void;
}
