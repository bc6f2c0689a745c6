import { posix } from 'node:path';
import type { DocumentRecord } from '../../documents/document-record.js';
import type { SourceFolder } from '../../documents/source-folder.js';
import { documentNode, headingNode, type BrokenLink } from './knowledge-graph.js';

/** A node, and the document it belongs to. */
export interface Place {
  node: string;
  path: string;
}

export interface ResolvedLink {
  from: Place;
  to: Place;
}

export interface ResolvedLinks {
  links: ResolvedLink[];
  broken: BrokenLink[];
}

type DocumentsByPath = ReadonlyMap<string, DocumentRecord>;
type Link = DocumentRecord['links'][number];

interface Target {
  path: string;
  fragment: string;
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** Where a relative link leads within the folder; undefined for other hosts and for what lies outside. */
function targetOf(from: string, target: string): Target | undefined {
  if (/^(?:[a-z][a-z0-9+.-]*:|\/\/)/i.test(target)) return undefined;
  const [path = '', fragment = ''] = target.split('#', 2);
  const plain = decoded(path.split('?', 1)[0] ?? '');
  if (plain === '') return { path: from, fragment: decoded(fragment) };
  const base = plain.startsWith('/') ? '' : posix.dirname(from);
  const joined = posix.join(base, plain).replace(/^\/+|\/+$/g, '');
  return joined === '..' || joined.startsWith('../') ? undefined : { path: joined, fragment: decoded(fragment) };
}

function isAnchor(document: DocumentRecord, fragment: string): boolean {
  const isLineNumber = /^L\d+(?:-L\d+)?$/.test(fragment);
  return fragment === '' || fragment === 'top' || isLineNumber || document.anchors.includes(fragment);
}

/** A folder stands for its README, as on every forge. */
function documentAt(path: string, documents: DocumentsByPath): DocumentRecord | undefined {
  return documents.get(path) ?? documents.get(posix.join(path, 'README.md'));
}

function placeIn(document: DocumentRecord, fragment: string): Place | undefined {
  const { path, headings } = document;
  const heading = headings.find(({ slug }) => slug === fragment.toLowerCase());
  if (heading) return { path, node: headingNode(path, heading.slug) };
  return isAnchor(document, fragment) ? { path, node: documentNode(path) } : undefined;
}

function sourceOf({ path, headings }: DocumentRecord, { heading }: Link): Place {
  const at = headings[heading];
  return { path, node: at ? headingNode(path, at.slug) : documentNode(path) };
}

type Verdict = { to: Place } | { reason: string } | undefined;

async function judge(
  folder: SourceFolder,
  from: DocumentRecord,
  link: Link,
  documents: DocumentsByPath,
): Promise<Verdict> {
  const target = targetOf(from.path, link.target);
  if (!target) return undefined;
  const document = documentAt(target.path, documents);
  if (document) {
    const to = placeIn(document, target.fragment);
    return to === undefined ? { reason: `${document.path} has no heading #${target.fragment}` } : { to };
  }
  return (await folder.has(target.path)) ? undefined : { reason: 'there is no such file' };
}

/** Relative links between the documents, and those that lead nowhere. Links to other hosts are not followed. */
export async function resolveLinks(
  folder: SourceFolder,
  documents: readonly DocumentRecord[],
  signal: AbortSignal,
): Promise<ResolvedLinks> {
  const byPath: DocumentsByPath = new Map(documents.map((document) => [document.path, document]));
  const found: ResolvedLinks = { links: [], broken: [] };
  for (const document of documents) {
    signal.throwIfAborted();
    for (const link of document.links) {
      const verdict = await judge(folder, document, link, byPath);
      if (verdict === undefined) continue;
      if ('to' in verdict) found.links.push({ from: sourceOf(document, link), to: verdict.to });
      else
        found.broken.push({
          path: document.path,
          line: link.line,
          target: link.target,
          reason: verdict.reason,
        });
    }
  }
  return found;
}
