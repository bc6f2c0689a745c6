import type { TextStream } from '../cli.js';
import { formatEvent } from './event-line.js';
import type { Snapshot } from './follow-directive.js';
import { LiveScreen } from './live-screen.js';
import { renderTree } from './render-tree.js';

/** Shows how a directive goes on. `note` is a passing remark, such as a server that does not answer. */
export interface ProgressView {
  /** Whether the view draws tasks; if not, the plan need not be fetched. */
  readonly needsTasks: boolean;
  show(snapshot: Snapshot): void;
  note(text: string): void;
}

export interface ViewOptions {
  stream: TextStream;
  color: boolean;
  /** False for a terminal that cannot move its cursor (`TERM=dumb`). */
  canMoveCursor: boolean;
}

/** A tree drawn in place on a terminal, one line a transition anywhere else. */
export function openProgressView(options: ViewOptions): ProgressView {
  const { stream } = options;
  return stream.isTTY && options.canMoveCursor ? new TreeView(stream, options.color) : new LineView(stream);
}

class TreeView implements ProgressView {
  readonly needsTasks = true;
  private readonly screen: LiveScreen;
  private lines: string[] = [];

  constructor(
    private readonly stream: TextStream,
    private readonly color: boolean,
  ) {
    this.screen = new LiveScreen(stream);
  }

  show({ directive, tasks }: Snapshot): void {
    // Some pseudo-terminals report a size of 0. Two lines stay free: for the cursor and for a note.
    const rows = (this.stream.rows || 24) - 2;
    const columns = this.stream.columns || 80;
    this.lines = renderTree(directive, tasks, { now: Date.now(), columns, rows, color: this.color });
    this.screen.draw(this.lines);
  }

  note(text: string): void {
    this.screen.draw([...this.lines, text.slice(0, this.stream.columns || 80)]);
  }
}

class LineView implements ProgressView {
  readonly needsTasks = false;

  constructor(private readonly stream: TextStream) {}

  show({ events }: Snapshot): void {
    if (events.length > 0) this.stream.write(events.map((event) => `${formatEvent(event)}\n`).join(''));
  }

  note(text: string): void {
    this.stream.write(`${text}\n`);
  }
}
