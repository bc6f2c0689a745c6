import type { TextStream } from '../cli.js';
import type { Snapshot } from './directive-picture.js';
import { LiveScreen } from './live-screen.js';
import type { ProgressView } from './progress-view.js';
import { renderTree } from './render-tree.js';

// Four frames a second are as fast as anybody reads; without news the clocks in the lines tick once a second.
const frameMs = 250;
const tickMs = 1_000;

/** A tree drawn in place: the directive on top, its tasks below, at most as high as the terminal. */
export class TreeView implements ProgressView {
  readonly needsTasks = true;
  private readonly screen: LiveScreen;
  private snapshot: Snapshot | undefined;
  private remark: string | undefined;
  private timer: NodeJS.Timeout | undefined;
  private isStale = false;
  private drawnAt = 0;

  constructor(
    stream: TextStream,
    private readonly color: boolean,
  ) {
    this.screen = new LiveScreen(stream);
  }

  show(snapshot: Snapshot): void {
    this.snapshot = snapshot;
    this.isStale = true;
    if (this.timer !== undefined) return;
    this.timer = setInterval(() => this.tick(), frameMs);
    this.draw();
  }

  /** The picture was brought forward by whoever shows it. */
  tell(): void {
    this.isStale = true;
  }

  away(reason: string): void {
    this.note(`${reason}; trying again`);
  }

  back(): void {
    this.remark = undefined;
    this.isStale = true;
  }

  note(text: string): void {
    this.remark = text;
    this.draw();
  }

  /** A Ctrl-C leaves its "^C" behind the tree: it is wiped, and the last frame stays. */
  close(): void {
    if (this.timer === undefined) return;
    clearInterval(this.timer);
    this.timer = undefined;
    this.remark = undefined;
    this.draw();
    this.screen.leave();
  }

  private tick(): void {
    if (this.isStale || this.screen.isResized || performance.now() - this.drawnAt >= tickMs) this.draw();
  }

  private draw(): void {
    if (this.snapshot === undefined) return;
    const { columns, rows } = this.screen;
    const { directive, tasks } = this.snapshot;
    // Two lines stay free: for the cursor and for a remark.
    const frame = { now: Date.now(), columns, rows: rows - 2, color: this.color };
    const lines = renderTree(directive, tasks, frame);
    this.screen.draw(this.remark === undefined ? lines : [...lines, this.remark.slice(0, columns)]);
    this.isStale = false;
    this.drawnAt = performance.now();
  }
}
