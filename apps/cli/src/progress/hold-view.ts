import type { DirectiveEvent } from '#libs/contracts';
import type { TextStream } from '../cli.js';
import type { Snapshot } from './directive-picture.js';
import { holdEndOf, waitOf } from './fold-task.js';
import type { ProgressView } from './progress-view.js';
import { printable } from '../output/printable.js';
import { describeWait } from './wait-reason.js';

// A plan of 10,000 tasks whose budget is spent holds all of them: a few lines say it as well.
const mostHolds = 5;

/** Silence, but for what nobody but a human can end: held tasks, a pause and a start that is to be ordered. */
export class HoldView implements ProgressView {
  readonly needsTasks = false;
  private holds = 0;
  private expiresAt = '';

  constructor(
    private readonly stream: TextStream,
    private readonly id: string,
    private readonly flag: string,
  ) {}

  show({ directive }: Snapshot): void {
    this.expiresAt = directive.expiresAt;
  }

  tell(event: DirectiveEvent): void {
    if (event.type === 'task.held') this.tellHold(event);
    if (event.type === 'directive.accepted') this.tellStart(event.data['start']);
    if (event.type === 'directive.released') this.note(`${this.id} starts`);
    if (event.type === 'directive.resumed') this.note(`${this.id} goes on`);
    if (event.type !== 'directive.paused') return;
    this.note(
      `${this.id} is paused since ${event.timestamp}; next: let it go on with "coc resume ${this.id}${this.flag}"`,
    );
  }

  away(reason: string): void {
    this.note(`${reason}; trying again`);
  }

  back(): void {
    this.note('the server answers again');
  }

  note(text: string): void {
    this.stream.write(`${printable(text)}\n`);
  }

  close(): void {}

  private tellStart(start: unknown): void {
    if (typeof start !== 'string') return;
    const next = `next: start it now with "coc start ${this.id}${this.flag}"`;
    this.note(`${this.id} waits ${start === 'order' ? 'to be started' : `until ${start}`}; ${next}`);
  }

  private tellHold({ task, data, timestamp }: DirectiveEvent): void {
    this.holds += 1;
    if (this.holds > mostHolds + 1) return;
    if (this.holds > mostHolds)
      return this.note(`more tasks are held; all of them: coc status ${this.id} --why${this.flag}`);
    const wait = waitOf(data);
    const reason = wait === null ? 'somebody' : describeWait(wait, [task ?? '', this.id]);
    this.note(`held: ${task} waits for ${reason}, since ${timestamp}, until ${holdEndOf(data) ?? this.expiresAt}`);
    if (this.holds === 1) {
      const command = (name: string) => `"coc ${name} ${this.id}${this.flag}"`;
      this.note(
        `next: see all of it with "coc status ${this.id} --why${this.flag}", or end it with ${command('cancel')}`,
      );
    }
  }
}
