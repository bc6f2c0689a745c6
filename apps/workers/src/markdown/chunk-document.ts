import { sentenceSpans, type Span } from '../retrieval/sentences.js';
import { plainTextOf } from './inline-text.js';
import type { MarkdownDocument, Passage } from './parse-markdown.js';

/** A piece of a document that is searched and shown as a whole. Each block, and each line of code, is a line of `text`. */
export interface Chunk {
  /** Index of the heading it stands under, or -1. */
  heading: number;
  /** Where each line of `text` starts in the source. */
  lines: number[];
  endLine: number;
  /** The head of the table that the first line is a row of; empty elsewhere. Shown, but not searched: every part repeats it. */
  header: string;
  text: string;
}

interface Piece {
  text: string;
  line: number;
  endLine: number;
  header: string;
}

/** About 110 words: of 500, 700, 900 and 1,200 the one that put the right passage first most often. */
const maxChunkChars = 700;
/** What the end of a chunk may repeat at the start of the next, so that no thought is cut in two. */
const maxOverlapChars = 160;

function spansOf({ kind, text }: Passage): Span[] {
  if (text.length <= maxChunkChars) return [{ start: 0, end: text.length }];
  if (kind !== 'code') return sentenceSpans(text.replaceAll('\n', ' '));
  return [...text.matchAll(/[^\n]*\n?/g)].map(({ index, 0: line }) => ({
    start: index,
    end: index + line.length,
  }));
}

/** Neighbouring spans joined up to the limit; a single one above it is cut. */
function joinSpans(spans: readonly Span[]): Span[] {
  const joined: Span[] = [];
  for (const { start, end } of spans) {
    const last = joined.at(-1);
    if (last && end - last.start <= maxChunkChars) {
      last.end = end;
      continue;
    }
    for (let at = start; at < end; at += maxChunkChars)
      joined.push({ start: at, end: Math.min(end, at + maxChunkChars) });
  }
  return joined;
}

function lineBreaks(text: string): number {
  return text.split('\n').length - 1;
}

function piecesOf(passage: Passage): Piece[] {
  const header = plainTextOf(passage.header ?? '');
  let line = passage.line;
  return joinSpans(spansOf(passage)).flatMap(({ start, end }) => {
    const raw = passage.text.slice(start, end);
    const first = line;
    line += lineBreaks(raw);
    const text = passage.kind === 'code' ? raw.trimEnd() : plainTextOf(raw);
    return text === '' ? [] : [{ text, line: first, endLine: first + lineBreaks(raw.trimEnd()), header }];
  });
}

function startOf(pieces: readonly Piece[]): Piece[] {
  const last = pieces.at(-1);
  return pieces.length > 1 && last && last.text.length <= maxOverlapChars ? [last] : [];
}

function packPieces(pieces: readonly Piece[]): Piece[][] {
  const packs: Piece[][] = [];
  let pack: Piece[] = [];
  let size = 0;
  for (const piece of pieces) {
    if (pack.length > 0 && size + piece.text.length > maxChunkChars) {
      packs.push(pack);
      pack = startOf(pack);
      size = pack.reduce((sum, { text }) => sum + text.length, 0);
    }
    pack.push(piece);
    size += piece.text.length;
  }
  return pack.length > 0 ? [...packs, pack] : packs;
}

/** Plain text is one line whatever its source was; code keeps its lines. */
function linesOf({ text, line }: Piece): number[] {
  return text.split('\n').map((_, at) => line + at);
}

function chunkOf(pack: readonly Piece[], heading: number): Chunk {
  return {
    heading,
    lines: pack.flatMap(linesOf),
    endLine: Math.max(...pack.map(({ endLine }) => endLine)),
    header: pack[0]!.header,
    text: pack.map(({ text }) => text).join('\n'),
  };
}

/** Chunks by heading, in reading order. A document of headings alone has none. */
export function chunkDocument({ passages }: MarkdownDocument): Chunk[] {
  const byHeading = Map.groupBy(passages, ({ heading }) => heading);
  return [...byHeading].flatMap(([heading, section]) =>
    packPieces(section.flatMap(piecesOf)).map((pack) => chunkOf(pack, heading)),
  );
}
