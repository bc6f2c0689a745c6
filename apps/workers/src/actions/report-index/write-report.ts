import type { DocumentRecord } from '../../documents/document-record.js';
import type { DocsIndex } from '../../retrieval/docs-index.js';
import type { BrokenLink, KnowledgeGraph } from '../build-graph/knowledge-graph.js';

const shownDocuments = 10;
const shownNames = 20;

export function byScore<T extends { score: number; path: string }>(items: readonly T[]): T[] {
  return items.toSorted((left, right) => right.score - left.score || (left.path < right.path ? -1 : 1));
}

const cell = (text: string): string => text.replaceAll('|', '\\|');
const link = (path: string, text: string): string => `[${cell(text)}](${encodeURI(path)})`;

function table(head: readonly string[], rows: readonly (readonly (string | number)[])[]): string[] {
  const line = (cells: readonly (string | number)[]) => `| ${cells.join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line)];
}

function summary(index: DocsIndex, graph: KnowledgeGraph): string[] {
  const words = index.documents.reduce((sum, document) => sum + document.words, 0);
  return [
    `${index.documents.length} documents, ${words} words, ${index.chunks.length} passages to search.`,
    `The graph has ${graph.nodes.length} nodes and ${graph.edges.length} edges; ${graph.brokenLinks.length} links lead nowhere.`,
  ];
}

function central(index: DocsIndex): string[] {
  const rows = byScore(index.documents)
    .slice(0, shownDocuments)
    .map(({ path, title, score }, at) => [at + 1, link(path, title), `${(score * 100).toFixed(2)} %`]);
  return ['## Most central documents', '', ...table(['', 'document', 'share of a reader’s time'], rows)];
}

function groups(index: DocsIndex, graph: KnowledgeGraph): string[] {
  const titles = new Map(index.documents.map(({ path, title }) => [path, title]));
  const lines = graph.communities
    .filter((paths) => paths.length > 1)
    .map((paths) => `- ${paths.map((path) => link(path, titles.get(path) ?? path)).join(', ')}`);
  return lines.length === 0 ? [] : ['## Documents that belong together', '', ...lines];
}

function names({ nodes }: KnowledgeGraph): string[] {
  const shared = nodes.filter(({ kind }) => kind === 'code').toSorted((left, right) => right.score - left.score);
  if (shared.length === 0) return [];
  const shown = shared.slice(0, shownNames).map(({ label }) => `\`${label}\``);
  return ['## Names of code that documents share', '', shown.join(', ')];
}

function broken(links: readonly BrokenLink[]): string[] {
  if (links.length === 0) return [];
  const rows = links.map(({ path, line, target, reason }) => [
    `${cell(path)}:${line}`,
    `\`${cell(target)}\``,
    cell(reason),
  ]);
  return ['## Broken links', '', ...table(['where', 'target', 'why'], rows)];
}

function all(documents: readonly DocumentRecord[]): string[] {
  const rows = documents.map(({ path, title, words, headings, chunks }) => {
    return [link(path, path), cell(title), words, headings.length, chunks.length];
  });
  return ['## All documents', '', ...table(['path', 'title', 'words', 'headings', 'passages'], rows)];
}

/** The report for people; its links are relative to the indexed folder. */
export function writeReport(index: DocsIndex, documents: readonly DocumentRecord[], graph: KnowledgeGraph): string {
  const sections = [
    summary(index, graph),
    central(index),
    groups(index, graph),
    names(graph),
    broken(graph.brokenLinks),
    all(documents),
  ];
  const body = sections.filter((lines) => lines.length > 0).map((lines) => lines.join('\n'));
  return [`# Index of ${index.folder}`, ...body].join('\n\n') + '\n';
}
