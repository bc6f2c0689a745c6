const sequence = /\u001b\[([?\d;]*)([A-Za-z])|[\r\n]|[^\u001b\r\n]+/g;

/** What a terminal of this height shows after the bytes written to it: as much of one as the tree needs. */
export class TerminalScreen {
  private lines: string[] = [''];
  private row = 0;
  private column = 0;

  constructor(private readonly height: number) {}

  /** The visible lines and what scrolled away above them. */
  get text(): string {
    return this.lines.map((line) => line.trimEnd()).join('\n');
  }

  static of(written: string, height: number): TerminalScreen {
    const screen = new TerminalScreen(height);
    for (const [token, parameters = '', command = ''] of written.matchAll(sequence)) {
      if (command !== '') screen.obey(command, parameters);
      else screen.print(token);
    }
    return screen;
  }

  private get top(): number {
    return Math.max(0, this.lines.length - this.height);
  }

  private print(token: string): void {
    if (token === '\r') this.column = 0;
    else if (token === '\n') this.moveTo(this.row + 1);
    else {
      const line = (this.lines[this.row] ?? '').padEnd(this.column);
      this.lines[this.row] = line.slice(0, this.column) + token + line.slice(this.column + token.length);
      this.column += token.length;
    }
  }

  private moveTo(row: number): void {
    this.row = row;
    while (this.lines.length <= row) this.lines.push('');
  }

  private obey(command: string, parameters: string): void {
    if (command === 'A') this.row = Math.max(this.top, this.row - Number(parameters || 1));
    if (command === 'K') this.lines[this.row] = (this.lines[this.row] ?? '').slice(0, this.column);
    if (command === 'H') [this.row, this.column] = [this.top, 0];
    if (command !== 'J') return;
    if (parameters === '2') this.lines = this.lines.map((line, row) => (row < this.top ? line : ''));
    else {
      this.lines = this.lines.slice(0, this.row + 1);
      this.lines[this.row] = (this.lines[this.row] ?? '').slice(0, this.column);
    }
  }
}
