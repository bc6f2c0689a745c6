import type { TextStream } from '../cli.js';

// No wrap while drawing: a line that is wider than we counted (CJK, a window made smaller) is cut by the terminal
// instead of taking a second line, which would break the count of lines to go up.
const wrapOff = '\u001b[?7l';
const wrapOn = '\u001b[?7h';
const clearRight = '\u001b[K';
const clearBelow = '\u001b[J';

/** Lines redrawn in place at the end of a terminal's output; everything above stays. */
export class LiveScreen {
  private shown: readonly string[] = [];

  constructor(private readonly stream: TextStream) {}

  /** One write a frame, so that no half frame is seen; none when nothing changed. */
  draw(lines: readonly string[]): void {
    if (lines.length === this.shown.length && lines.every((line, row) => line === this.shown[row])) return;
    const goUp = this.shown.length > 0 ? `\r\u001b[${this.shown.length}A` : '\r';
    const body = lines.map((line) => `${line}${clearRight}\n`).join('');
    this.stream.write(`${wrapOff}${goUp}${body}${clearBelow}${wrapOn}`);
    this.shown = lines;
  }
}
