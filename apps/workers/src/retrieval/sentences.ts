const segmenter = new Intl.Segmenter('en', { granularity: 'sentence' });

/** Endings after which a full stop does not end a sentence. */
const abbreviation = /(?:^|[\s(])(?:e\.g|i\.e|cf|vs|etc|approx|no|fig|resp|incl|max|min|dr|mr|ms|st)\.\s*$/i;

export interface Span {
  start: number;
  end: number;
}

/** Sentences of a text as offsets; together they cover all of it. */
export function sentenceSpans(text: string): Span[] {
  const spans: Span[] = [];
  for (const { index, segment } of segmenter.segment(text)) {
    const last = spans.at(-1);
    const end = index + segment.length;
    if (last && abbreviation.test(text.slice(last.start, last.end))) last.end = end;
    else spans.push({ start: index, end });
  }
  return spans;
}
