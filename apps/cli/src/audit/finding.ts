/** What is wrong with a trace, at the first place where it is. */
export interface Finding {
  file: string;
  /** In the file, from 1; null for what is about a whole file. */
  line: number | null;
  kind: 'changed' | 'missing' | 'reordered' | 'cut-off' | 'wrong-key' | 'not-sealed' | 'head';
  detail: string;
}

/** Numbers of lines in words. */
export const linesInWords = (from: number, to: number): string =>
  from === to ? `line ${from} of the trace is` : `lines ${from} to ${to} of the trace are`;
