const maxNames = 3;

/** Up to three candidates that a misspelling of `name` may have meant, the nearest first. */
export function nearestNames(name: string, candidates: Iterable<string>): string[] {
  const maxEdits = Math.max(2, Math.floor(name.length / 3));
  const near: { candidate: string; edits: number }[] = [];
  for (const candidate of candidates) {
    const edits = countEdits(name, candidate, maxEdits);
    if (edits <= maxEdits) near.push({ candidate, edits });
  }
  near.sort((left, right) => left.edits - right.edits || (left.candidate < right.candidate ? -1 : 1));
  return near.slice(0, maxNames).map(({ candidate }) => candidate);
}

/** Levenshtein distance; gives up with `maxEdits + 1` as soon as it must be larger. */
function countEdits(from: string, to: string, maxEdits: number): number {
  if (Math.abs(from.length - to.length) > maxEdits) return maxEdits + 1;
  let above = Array.from({ length: to.length + 1 }, (_, column) => column);
  for (let row = 1; row <= from.length; row += 1) {
    const line = [row];
    for (let column = 1; column <= to.length; column += 1) {
      const replaced = above[column - 1]! + (from[row - 1] === to[column - 1] ? 0 : 1);
      line.push(Math.min(replaced, above[column]! + 1, line[column - 1]! + 1));
    }
    if (Math.min(...line) > maxEdits) return maxEdits + 1;
    above = line;
  }
  return above[to.length]!;
}

/** A question to append to a fault: `; did you mean "rag.embed"?`, or nothing. Sets of 10,000 ids make it costly: 10 are given. */
export class NameHints {
  private left = 10;

  hintFor(name: string, candidates: () => Iterable<string>): string {
    this.left -= 1;
    const near = this.left < 0 ? [] : nearestNames(name, candidates());
    return near.length > 0 ? `; did you mean ${near.map((candidate) => `"${candidate}"`).join(', ')}?` : '';
  }
}
