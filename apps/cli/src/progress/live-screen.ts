import type { TextStream } from '../cli.js';

// No wrap while drawing: a line that is wider than we counted (CJK, a window made smaller) is cut by the terminal
// instead of taking a second line, which would break the count of lines to go up.
const wrapOff = '\u001b[?7l';
const wrapOn = '\u001b[?7h';
const clearRight = '\u001b[K';
const clearBelow = '\u001b[J';
const clearAll = '\u001b[2J\u001b[H';

/** Lines redrawn in place at the end of a terminal's output; everything above stays. */
export class LiveScreen {
  private shown: readonly string[] = [];
  private size = '';

  constructor(private readonly stream: TextStream) {}

  // Some pseudo-terminals report a size of 0.
  get rows(): number {
    return this.stream.rows || 24;
  }

  get columns(): number {
    return this.stream.columns || 80;
  }

  /** Whether the terminal has another size than at the last frame. */
  get isResized(): boolean {
    return this.size !== '' && this.size !== this.currentSize();
  }

  /** One write a frame, so that no half frame is seen; none when nothing changed. */
  draw(lines: readonly string[]): void {
    const { isResized } = this;
    this.size = this.currentSize();
    const isSame = lines.length === this.shown.length && lines.every((line, row) => line === this.shown[row]);
    if (isSame && !isResized) return;
    const body = lines.map((line) => `${line}${clearRight}\n`).join('');
    this.stream.write(`${wrapOff}${isResized ? clearAll : this.goUp()}${body}${clearBelow}${wrapOn}`);
    this.shown = lines;
  }

  /** Wipes what was typed below the lines. */
  leave(): void {
    this.stream.write(`\r${clearBelow}`);
  }

  private goUp(): string {
    return this.shown.length > 0 ? `\r\u001b[${this.shown.length}A` : '\r';
  }

  /** Terminals differ in how they break old lines anew: after a change of size nobody knows how far up to go. */
  private currentSize(): string {
    return `${this.columns}x${this.rows}`;
  }
}
