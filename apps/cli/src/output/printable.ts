// Ids, titles, errors and log lines come from clients and workers: an escape sequence in one of them must not drive
// the terminal of whoever looks at it, nor a bidirectional override reorder what is read.
const UNSAFE = /[\u0000-\u0008\u000a-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/g;

/** The text on one line, with every control character shown as a visible one. */
export function printable(text: string): string {
  return text.replaceAll(/\r?\n/g, ' ').replaceAll(UNSAFE, '\ufffd');
}
