import { cosineOf, vectorOf } from '../../retrieval/hashed-vector.js';
import { sentenceSpans } from '../../retrieval/sentences.js';
import { pairsOf, termsOf } from '../../retrieval/tokens.js';
import type { FoundPassage } from './find-passages.js';
import type { Question } from './question.js';

export interface Sentence {
  text: string;
  /** How well it answers, from 0 to about 2. */
  score: number;
  terms: ReadonlySet<string>;
}

/** A sentence shorter than this answers nothing; a longer one is a list or a table that lost its form. */
const usefulLength = { min: 20, max: 700 } as const;
/** Parts of a sentence's score beside the question's words that it has; found by trying. */
const shares = { heading: 0.6, pairs: 0.4, vector: 0.5, definition: 0.4 } as const;
/** What a sentence must have of the best one's score to stand beside it. */
const minShareOfBest = 0.6;
/** Where a definition names what it defines: at its start. */
const definitionTerms = 4;

function textsOf(chunkText: string): string[] {
  return chunkText
    .split('\n')
    .flatMap((block) => sentenceSpans(block).map(({ start, end }) => block.slice(start, end).trim()))
    .filter(({ length }) => length >= usefulLength.min && length <= usefulLength.max);
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
  return coverage + pairs + shares.vector * likeness + (isDefinition ? shares.definition : 0);
}

/** The sentences of a passage with how well each answers the question. */
export function sentencesOf({ chunk }: FoundPassage, question: Question): Sentence[] {
  const above = new Set(termsOf(chunk.heading));
  return textsOf(chunk.text).map((text) => {
    const terms = termsOf(text);
    return { text, score: scoreOf(text, terms, above, question), terms: new Set(terms) };
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
