/** A code span in backticks: `text` from `start` to `end` includes the backticks, `inner` does not. */
export interface CodeSpan {
  start: number;
  end: number;
  inner: string;
}

/** Code spans of a text: a run of backticks is closed by the next run of the same length. Linear, whatever the text. */
export function codeSpansOf(text: string): CodeSpan[] {
  const runs = [...text.matchAll(/`+/g)].map(({ index, 0: { length } }) => ({
    start: index,
    end: index + length,
    length,
  }));
  const byLength = Map.groupBy(runs.keys(), (at) => runs[at]!.length);
  const seen = new Map<number, number>();
  const spans: CodeSpan[] = [];
  for (let at = 0; at < runs.length; at += 1) {
    const opening = runs[at]!;
    const same = byLength.get(opening.length)!;
    let next = seen.get(opening.length) ?? 0;
    while (next < same.length && same[next]! <= at) next += 1;
    seen.set(opening.length, next);
    const closing = same[next];
    if (closing === undefined) continue;
    const { start, end } = runs[closing]!;
    spans.push({ start: opening.start, end, inner: text.slice(opening.end, start) });
    at = closing;
  }
  return spans;
}

/** The text with every code span replaced. */
export function replaceCodeSpans(text: string, replacement: (span: CodeSpan) => string): string {
  let at = 0;
  let result = '';
  for (const span of codeSpansOf(text)) {
    result += text.slice(at, span.start) + replacement(span);
    at = span.end;
  }
  return result + text.slice(at);
}
