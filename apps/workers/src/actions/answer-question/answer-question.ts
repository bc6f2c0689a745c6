import { openSearch, type DocsIndex } from '../../retrieval/docs-index.js';
import type { AnswerOutput, AnswerPassage } from './answer-question.schema.js';
import { findPassages, type FoundPassage } from './find-passages.js';
import { pickSentences, sentencesOf, type Sentence } from './pick-sentences.js';
import { readQuestion, type Question } from './question.js';

const maxPassages = 5;
const maxSentences = 3;
/** Passages whose sentences are read; the order of the first few is decided by them. */
const readPassages = 60;
/** A good sentence in a poor passage is most often about something else. */
const placeWeight = 3;
const nothingFound = 'Nothing in this index matches the question.';

interface ReadPassage extends FoundPassage {
  sentences: Sentence[];
}

/** A passage is worth as much as its rank and, equally, as its best sentence: long passages match by mere length. */
function rateByBestSentence(found: readonly FoundPassage[], question: Question): ReadPassage[] {
  const read = found.map((passage) => ({ ...passage, sentences: sentencesOf(passage, question) }));
  const bestOf = (sentences: readonly Sentence[]) => Math.max(0, ...sentences.map(({ score }) => score));
  const best = Math.max(...read.map(({ sentences }) => bestOf(sentences)), Number.MIN_VALUE);
  return read
    .map((passage) => ({ ...passage, score: (passage.score + bestOf(passage.sentences) / best) / 2 }))
    .toSorted((left, right) => right.score - left.score);
}

function passageOf(index: DocsIndex, { chunk, score }: FoundPassage): AnswerPassage {
  const { path } = index.documents[chunk.document]!;
  const text = chunk.header === '' ? chunk.text : `${chunk.header}\n${chunk.text}`;
  return { path, heading: chunk.heading, line: chunk.lines[0] ?? 1, score: Number(score.toFixed(4)), text };
}

/**
 * Answers in the documents' own words: the best sentences of the best passages, each with its source as `path:line`.
 * Nothing is made up; when nothing fits, the answer says so and there are no passages.
 */
export function answerQuestion(index: DocsIndex, questionText: string): AnswerOutput {
  const search = openSearch(index);
  const question = readQuestion(questionText, search);
  const found = findPassages(index, search, question, readPassages);
  const read = rateByBestSentence(found, question).slice(0, maxPassages);
  const passages = read.map((it) => passageOf(index, it));
  const sentences = read.flatMap(({ sentences: own, score }, at) =>
    own.map((sentence) => ({ ...sentence, score: sentence.score * score ** placeWeight, path: passages[at]!.path })),
  );
  const answer = pickSentences(sentences, maxSentences)
    .map(({ text, path, line }) => `${text} (${path}:${line})`)
    .join('\n');
  return { answer: answer === '' ? nothingFound : answer, passages };
}
