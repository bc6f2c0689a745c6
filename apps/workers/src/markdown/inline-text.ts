import { codeSpansOf, replaceCodeSpans } from './code-spans.js';

export interface InlineLink {
  text: string;
  target: string;
  /** Lines after the first line of the block. */
  lineOffset: number;
}

/** A block longer than this is data, not prose: its links are not looked for, so that no text costs quadratic time. */
const maxInlineChars = 20_000;

const inlineLink =
  /!?\[((?:[^[\]\\]|\\.|\[[^[\]]*\])*)\]\(\s*<?((?:[^()\s<>]|\([^()\s]*\))*)>?(?:\s+(?:"[^"]*"|'[^']*'))?\s*\)/g;
const referenceLink = /!?\[((?:[^[\]\\]|\\.)+)\](?:\[([^[\]]*)\])?(?![([:])/g;
const definitionLine = /^\[([^\]]+)\]:\s*<?([^\s>]+)>?/;
const htmlTag =
  /<\/?(?:a|b|br|center|code|details|div|em|figure|h[1-6]|hr|i|img|kbd|li|ol|p|picture|small|source|span|strong|sub|summary|sup|table|tbody|td|th|thead|tr|u|ul)(?:\s[^<>]*)?\/?>/gi;
const emphasis = /(?<![\w*])(\*{1,3})(?=\S)([^*]*[^*\s])\1(?![\w*])|(?<!\w)(_{1,3})(?=\S)([^_]*[^_\s])\3(?!\w)/g;
const identifier = /^[A-Za-z_@#$./][\w.\-/:@#$]*(?:\(\))?$/;

/** `[id]: target` lines of a document, by lower-case id. */
export type LinkDefinitions = ReadonlyMap<string, string>;

export function definitionsOf(texts: readonly string[]): LinkDefinitions {
  const entries = texts.flatMap((text) => {
    const match = definitionLine.exec(text);
    return match ? [[match[1]!.toLowerCase(), match[2]!] as const] : [];
  });
  return new Map(entries);
}

/** Code spans become as many stars, so that nothing inside them is read as a link and offsets stay. */
function withoutCode(text: string): string {
  return replaceCodeSpans(text, ({ start, end }) => text.slice(start, end).replace(/[^\n]/g, '*'));
}

function lineOffsetAt(text: string, index: number): number {
  return text.slice(0, index).split('\n').length - 1;
}

/** Links and images of a block, in order. */
export function linksOf(block: string, definitions: LinkDefinitions): InlineLink[] {
  if (block.length > maxInlineChars) return [];
  const text = withoutCode(block);
  const direct = [...text.matchAll(inlineLink)].map((match) => ({ match, target: match[2]! }));
  const byReference = [...text.matchAll(referenceLink)].flatMap((match) => {
    const target = definitions.get((match[2] || match[1]!).toLowerCase());
    return target === undefined ? [] : [{ match, target }];
  });
  return [...direct, ...byReference]
    .toSorted((left, right) => left.match.index - right.match.index)
    .map(({ match, target }) => ({
      text: block.slice(match.index, match.index + match[0].length).replace(/^!?\[|\][\s\S]*$/g, ''),
      target,
      lineOffset: lineOffsetAt(text, match.index),
    }));
}

/** Names in backticks that look like something of a program: a path, a command, an identifier, a key. */
export function codeNamesOf(block: string): string[] {
  const spans = codeSpansOf(block).map(({ inner }) => inner.trim());
  return spans
    .filter((span) => span.length > 1 && span.length <= 80 && identifier.test(span) && /[A-Za-z]{2}/.test(span))
    .map((span) => span.replace(/\(\)$/, ''));
}

/** What a reader sees: link texts, no emphasis marks, no tags, one line. Code keeps its backticks. */
export function plainTextOf(block: string): string {
  const spans: string[] = [];
  const kept = replaceCodeSpans(block, ({ start, end }) => `\u0000${spans.push(block.slice(start, end)) - 1}\u0000`);
  const shown = kept
    .slice(0, maxInlineChars)
    .replace(inlineLink, '$1')
    .replace(referenceLink, '$1')
    .replace(htmlTag, ' ')
    .replace(emphasis, '$2$4')
    .replace(/\\([\\`*_{}[\]()#+\-.!|<>])/g, '$1');
  const whole = shown + kept.slice(maxInlineChars);
  return whole
    .replace(/\u0000(\d+)\u0000/g, (_, at: string) => spans[Number(at)] ?? '')
    .replace(/\s+/g, ' ')
    .trim();
}
