import { readBlocks, type Block } from './block.reader.js';
import { codeNamesOf, definitionsOf, linksOf, plainTextOf } from './inline-text.js';

export interface Heading {
  level: number;
  text: string;
  /** The fragment by which GitHub links to it, unique in the document. */
  slug: string;
  line: number;
  /** Index of the heading it stands under, or -1. */
  parent: number;
}

/** A block of text under a heading (-1: before the first). */
export interface Passage extends Block {
  heading: number;
}

export interface DocumentLink {
  text: string;
  target: string;
  line: number;
  heading: number;
}

export interface CodeName {
  name: string;
  heading: number;
}

export interface MarkdownDocument {
  /** Front matter's `title`, else the first heading of the highest level, else empty. */
  title: string;
  headings: Heading[];
  passages: Passage[];
  links: DocumentLink[];
  codeNames: CodeName[];
  /** Fragments set by hand, as in `<a id="x">`. */
  anchors: string[];
}

const frontMatterTitle = /^title:\s*(?:"([^"]*)"|'([^']*)'|(.*))$/m;
const anchor = /<a\s+(?:id|name)="([^"]+)"/g;

/** YAML at the top of the file, blanked out so that line numbers stay. */
function takeFrontMatter(lines: string[]): { title: string; lines: string[] } {
  const end = lines[0] === '---' ? lines.indexOf('---', 1) : -1;
  if (end < 0) return { title: '', lines };
  const match = frontMatterTitle.exec(lines.slice(1, end).join('\n'));
  const title = (match?.[1] ?? match?.[2] ?? match?.[3] ?? '').trim();
  return { title, lines: lines.map((line, index) => (index <= end ? '' : line)) };
}

function slugOf(text: string, taken: Map<string, number>): string {
  const base = text
    .toLowerCase()
    .replace(/[^\p{L}\p{N}\p{M}_\- ]/gu, '')
    .replaceAll(' ', '-');
  const times = taken.get(base) ?? 0;
  taken.set(base, times + 1);
  return times === 0 ? base : `${base}-${times}`;
}

function headingsOf(blocks: readonly Block[]): Heading[] {
  const taken = new Map<string, number>();
  const headings: Heading[] = [];
  for (const block of blocks) {
    if (block.kind !== 'heading') continue;
    const level = block.level ?? 1;
    const text = plainTextOf(block.text);
    const parent = headings.findLastIndex((other) => other.level < level);
    headings.push({ level, text, slug: slugOf(text, taken), line: block.line, parent });
  }
  return headings;
}

function passagesOf(blocks: readonly Block[]): Passage[] {
  let heading = -1;
  return blocks.flatMap((block) => {
    if (block.kind === 'heading') heading += 1;
    return block.kind === 'definition' ? [] : [{ ...block, heading }];
  });
}

function titleOf(headings: readonly Heading[]): string {
  const highest = Math.min(...headings.map(({ level }) => level));
  return headings.find(({ level }) => level === highest)?.text ?? '';
}

/** Reads what indexing needs of a Markdown file: headings, text with line numbers, links and names of code. */
export function parseMarkdown(source: string): MarkdownDocument {
  const { title, lines } = takeFrontMatter(source.replace(/^\uFEFF/, '').split(/\r?\n/));
  const blocks = readBlocks(lines);
  const headings = headingsOf(blocks);
  const passages = passagesOf(blocks);
  const definitions = definitionsOf(blocks.filter(({ kind }) => kind === 'definition').map(({ text }) => text));
  const prose = passages.filter(({ kind }) => kind !== 'code');
  return {
    title: title || titleOf(headings),
    headings,
    passages: passages.filter(({ kind, text }) => kind !== 'heading' && text.trim() !== ''),
    links: prose.flatMap(({ text, line, heading }) =>
      linksOf(text, definitions).map((link) => ({
        text: plainTextOf(link.text),
        target: link.target,
        line: line + link.lineOffset,
        heading,
      })),
    ),
    codeNames: prose.flatMap(({ text, heading }) => codeNamesOf(text).map((name) => ({ name, heading }))),
    anchors: [...source.matchAll(anchor)].map((match) => match[1]!),
  };
}
