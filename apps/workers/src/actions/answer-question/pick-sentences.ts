import { cosineOf, vectorOf } from '../../retrieval/hashed-vector.js';
import { sentenceSpans } from '../../retrieval/sentences.js';
import { pairsOf, termsOf } from '../../retrieval/tokens.js';
import type { FoundPassage } from './find-passages.js';
import type { Question } from './question.js';

export interface Sentence {
  text: string;
  line: number;
  /** How well it answers, from 0 to about 2. */
  score: number;
  terms: ReadonlySet<string>;
}

/** In characters. A sentence shorter than this answers nothing; a longer one is a list or a table that lost its form. */
const usefulLength = { min: 20, max: 700 } as const;
/** Parts of a sentence's score beside the question's words that it has; found by trying. */
const shares = { heading: 0.6, pairs: 0.2, vector: 0.3, definition: 0.4 } as const;
/** What a sentence must have of the best one's score to stand beside it. */
const minShareOfBest = 0.6;
/** Terms, not words: a sentence of about 40 words. */
const ordinaryTerms = 20;
/** Where a definition names what it defines: at its start. */
const definitionTerms = 4;

/** A sentence inside a table's cell begins or ends with the bar between cells. */
function withoutBars(text: string): string {
  return text.replace(/^[\s|]+|[\s|]+$/g, '');
}

/** A sentence that ends in a colon only announces what follows. */
function isUseful(text: string): boolean {
  return text.length >= usefulLength.min && text.length <= usefulLength.max && !text.endsWith(':');
}

function textsOf({ text, lines }: FoundPassage['chunk']): { text: string; line: number }[] {
  return text
    .split('\n')
    .flatMap((row, at) =>
      sentenceSpans(row).map(({ start, end }) => ({ text: withoutBars(row.slice(start, end)), line: lines[at]! })),
    )
    .filter((sentence) => isUseful(sentence.text));
}

/** Share of the question, by the weight of its terms, that a sentence has; a term only in the heading counts in part. */
function coverageOf(terms: ReadonlySet<string>, above: ReadonlySet<string>, { weights }: Question): number {
  let covered = 0;
  let total = 0;
  for (const [term, weight] of weights) {
    total += weight;
    if (terms.has(term)) covered += weight;
    else if (above.has(term)) covered += weight * shares.heading;
  }
  return total === 0 ? 0 : covered / total;
}

const nothing: ReadonlySet<string> = new Set();

/** Share of the question's neighbouring terms that are neighbours in the sentence: "type check" is not any check of a type. */
function pairCoverageOf(terms: readonly string[], { pairs }: Question): number {
  if (pairs.length === 0) return 0;
  const own = new Set(pairsOf(terms));
  return pairs.filter((pair) => own.has(pair)).length / pairs.length;
}

function scoreOf(text: string, terms: readonly string[], above: ReadonlySet<string>, question: Question): number {
  const coverage = coverageOf(new Set(terms), above, question);
  const likeness = Math.max(0, cosineOf(question.vector, vectorOf(text)));
  const isDefinition =
    question.asksWhatIs && coverageOf(new Set(terms.slice(0, definitionTerms)), nothing, question) === 1;
  const pairs = shares.pairs * pairCoverageOf(terms, question);
  const sum = coverage + pairs + shares.vector * likeness + (isDefinition ? shares.definition : 0);
  // A long sentence has many words by chance.
  return sum / (1 + Math.max(0, terms.length - ordinaryTerms) / 60);
}

/** The sentences of a passage with how well each answers the question. */
export function sentencesOf({ chunk }: FoundPassage, question: Question): Sentence[] {
  const above = new Set(termsOf(chunk.heading));
  return textsOf(chunk).map(({ text, line }) => {
    const terms = termsOf(text);
    return { text, line, score: scoreOf(text, terms, above, question), terms: new Set(terms) };
  });
}

function isRepetition(sentence: Sentence, picked: readonly Sentence[]): boolean {
  return picked.some(({ terms }) => {
    const shared = [...sentence.terms].filter((term) => terms.has(term)).length;
    return shared / Math.max(1, Math.min(sentence.terms.size, terms.size)) > 0.7;
  });
}

/** The best sentences first, without repetitions and without those far behind the best. */
export function pickSentences<T extends Sentence>(sentences: readonly T[], count: number): T[] {
  const ordered = sentences.toSorted((left, right) => right.score - left.score);
  const picked: T[] = [];
  for (const sentence of ordered) {
    const isGood = sentence.score > 0 && sentence.score >= minShareOfBest * ordered[0]!.score;
    if (picked.length < count && isGood && !isRepetition(sentence, picked)) picked.push(sentence);
  }
  return picked;
}
