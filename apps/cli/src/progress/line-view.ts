import type { DirectiveEvent } from '#libs/contracts';
import type { TextStream } from '../cli.js';
import { formatEvent } from './event-line.js';
import type { Snapshot } from './directive-picture.js';
import type { ProgressView } from './progress-view.js';

/** One line a transition, for a log or a pipe: nothing is ever written over. */
export class LineView implements ProgressView {
  readonly needsTasks = false;
  private expiresAt: string | undefined;

  constructor(private readonly stream: TextStream) {}

  show({ directive }: Snapshot): void {
    this.expiresAt = directive.expiresAt;
  }

  tell(event: DirectiveEvent): void {
    this.note(formatEvent(event, this.expiresAt));
  }

  away(reason: string): void {
    this.note(`${reason}; trying again`);
  }

  back(): void {
    this.note('the server answers again; going on where it was');
  }

  note(text: string): void {
    this.stream.write(`${text}\n`);
  }

  close(): void {}
}
