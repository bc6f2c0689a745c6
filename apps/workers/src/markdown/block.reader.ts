export type BlockKind = 'heading' | 'paragraph' | 'item' | 'row' | 'code' | 'definition';

/** A piece of Markdown with its markers taken off. Lines are counted from 1; `text` keeps the line breaks of the source. */
export interface Block {
  kind: BlockKind;
  text: string;
  line: number;
  /** Of a heading: 1 to 6. */
  level?: number;
  /** Of a table's row: the table's header. */
  header?: string;
}

interface Read {
  blocks: Block[];
  /** Index of the first line that was not read. */
  next: number;
}

type Lines = readonly string[];
type Rule = (lines: Lines, at: number) => Read | undefined;

const blank = /^\s*$/;
const fence = /^\s*(?:[-*+]\s+|\d{1,9}[.)]\s+)?(`{3,}|~{3,})([^`]*)$/;
const atxHeading = /^ {0,3}(#{1,6})(?:[ \t]+(.*?))?(?:[ \t]+#+)?[ \t]*$/;
const setextLine = /^ {0,3}(=+|-{2,})[ \t]*$/;
const thematicBreak = /^ {0,3}(?:(?:\*[ \t]*){3,}|(?:-[ \t]*){3,}|(?:_[ \t]*){3,})$/;
const itemStart = /^(\s*)(?:[-*+]|\d{1,9}[.)])[ \t]+(?:\[[ xX]\][ \t]+)?(.*)$/;
/** All levels at once: how deep a quote is nested does not matter here. */
const quoteStart = /^(?: {0,3}> ?)+/;
const definition = /^ {0,3}\[[^\]]+\]:\s*\S+/;
const delimiterRow = /^\s*\|?\s*:?-+:?\s*(?:\|\s*:?-+:?\s*)*\|?\s*$/;

const lineAt = (lines: Lines, at: number): string => lines[at] ?? '';

/** Index of the first line from `from` on that passes the test, or the number of lines. */
function findFrom(lines: Lines, from: number, test: (line: string) => boolean): number {
  let at = from;
  while (at < lines.length && !test(lineAt(lines, at))) at += 1;
  return at;
}

const readBlank: Rule = (lines, at) => (blank.test(lineAt(lines, at)) ? { blocks: [], next: at + 1 } : undefined);

const readComment: Rule = (lines, at) => {
  if (!lineAt(lines, at).trimStart().startsWith('<!--')) return undefined;
  return { blocks: [], next: findFrom(lines, at, (line) => line.includes('-->')) + 1 };
};

const readFence: Rule = (lines, at) => {
  const opening = fence.exec(lineAt(lines, at))?.[1];
  if (opening === undefined) return undefined;
  const isClosing = (line: string) => line.trim().startsWith(opening) && /^[`~]+$/.test(line.trim());
  const end = findFrom(lines, at + 1, isClosing);
  return {
    blocks: [{ kind: 'code', text: lines.slice(at + 1, end).join('\n'), line: at + 2 }],
    next: end + 1,
  };
};

const readHeading: Rule = (lines, at) => {
  const match = atxHeading.exec(lineAt(lines, at));
  if (!match) return undefined;
  return {
    blocks: [{ kind: 'heading', text: match[2] ?? '', line: at + 1, level: match[1]!.length }],
    next: at + 1,
  };
};

const readDefinition: Rule = (lines, at) =>
  definition.test(lineAt(lines, at))
    ? { blocks: [{ kind: 'definition', text: lineAt(lines, at).trim(), line: at + 1 }], next: at + 1 }
    : undefined;

const isTableAt = (lines: Lines, at: number): boolean =>
  lineAt(lines, at).includes('|') && lineAt(lines, at + 1).includes('-') && delimiterRow.test(lineAt(lines, at + 1));

function cellsOf(row: string): string {
  return row
    .trim()
    .replace(/^\||\|$/g, '')
    .split(/(?<!\\)\|/)
    .map((cell) => cell.trim())
    .join(' | ');
}

const readTable: Rule = (lines, at) => {
  if (!isTableAt(lines, at)) return undefined;
  const header = cellsOf(lineAt(lines, at));
  const next = findFrom(lines, at + 2, (line) => !line.includes('|'));
  const rows = lines.slice(at + 2, next).map((row, index): Block => ({
    kind: 'row',
    text: cellsOf(row),
    line: at + 3 + index,
    header,
  }));
  return { blocks: rows.length > 0 ? rows : [{ kind: 'row', text: header, line: at + 1 }], next };
};

const readBreak: Rule = (lines, at) =>
  thematicBreak.test(lineAt(lines, at)) ? { blocks: [], next: at + 1 } : undefined;

const readQuote: Rule = (lines, at) => {
  if (!quoteStart.test(lineAt(lines, at))) return undefined;
  const next = findFrom(lines, at, (line) => !quoteStart.test(line));
  const inner = readBlocks(lines.slice(at, next).map((line) => line.replace(quoteStart, '')));
  return { blocks: inner.map((block) => ({ ...block, line: block.line + at })), next };
};

/** What ends a paragraph without a blank line between. */
const isInterruption = (lines: Lines, at: number): boolean => {
  const line = lineAt(lines, at);
  const isOther = [blank, fence, atxHeading, itemStart, quoteStart, thematicBreak].some((start) => start.test(line));
  return isOther || isTableAt(lines, at) || line.trimStart().startsWith('<!--');
};

function textUntilInterruption(lines: Lines, at: number, first: string): { text: string; next: number } {
  let next = at + 1;
  while (next < lines.length && !isInterruption(lines, next) && !setextLine.test(lineAt(lines, next))) next += 1;
  const rest = lines.slice(at + 1, next).map((line) => line.trim());
  return { text: [first.trim(), ...rest].join('\n'), next };
}

const readItem: Rule = (lines, at) => {
  const match = itemStart.exec(lineAt(lines, at));
  if (!match) return undefined;
  const { text, next } = textUntilInterruption(lines, at, match[2]!);
  return { blocks: [{ kind: 'item', text, line: at + 1 }], next };
};

const readParagraph: Rule = (lines, at) => {
  const { text, next } = textUntilInterruption(lines, at, lineAt(lines, at));
  const underline = setextLine.exec(lineAt(lines, next))?.[1];
  if (underline === undefined) return { blocks: [{ kind: 'paragraph', text, line: at + 1 }], next };
  const level = underline.startsWith('=') ? 1 : 2;
  return {
    blocks: [{ kind: 'heading', text: text.replaceAll('\n', ' '), line: at + 1, level }],
    next: next + 1,
  };
};

/** In the order in which they are asked; the paragraph takes what nobody else wants. */
const rules: readonly Rule[] = [
  readBlank,
  readComment,
  readFence,
  readHeading,
  readDefinition,
  readTable,
  readBreak,
  readQuote,
  readItem,
  readParagraph,
];

/** Blocks of CommonMark and GFM tables as far as reading needs them: nesting of lists and raw HTML are not kept. */
export function readBlocks(lines: Lines): Block[] {
  const blocks: Block[] = [];
  let at = 0;
  while (at < lines.length) {
    for (const rule of rules) {
      const read = rule(lines, at);
      if (read === undefined) continue;
      blocks.push(...read.blocks);
      at = read.next;
      break;
    }
  }
  return blocks;
}
