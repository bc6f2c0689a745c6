import type { DocumentRecord } from '../../documents/document-record.js';
import { findCommunities } from './find-communities.js';
import {
  codeNode,
  documentNode,
  graphFormat,
  headingNode,
  type GraphEdge,
  type GraphNode,
  type KnowledgeGraph,
} from './knowledge-graph.js';
import { rankNodes, type Way } from './rank-nodes.js';
import type { ResolvedLink, ResolvedLinks } from './resolve-links.js';

/** How much a reader prefers a way: a link was set on purpose, a section stands under its heading, a name is only shared. */
const weights = { links: 2, contains: 1, mentions: 0.5 } as const;
/** A name in more documents than this says nothing about any two of them. */
const maxDocumentsOfName = 50;

type UnrankedNode = Omit<GraphNode, 'score'>;
type NamedEdge = Omit<GraphEdge, 'from' | 'to'> & { from: string; to: string };

function nodesOfDocument({ path, title, headings }: DocumentRecord): UnrankedNode[] {
  return [
    { id: documentNode(path), kind: 'document', label: title },
    ...headings.map(({ slug, text }): UnrankedNode => ({
      id: headingNode(path, slug),
      kind: 'heading',
      label: text,
    })),
  ];
}

function placeOf({ path, headings }: DocumentRecord, heading: number): string {
  const at = headings[heading];
  return at ? headingNode(path, at.slug) : documentNode(path);
}

function containsEdges(document: DocumentRecord): NamedEdge[] {
  return document.headings.map(({ slug, parent }) => ({
    from: placeOf(document, parent),
    to: headingNode(document.path, slug),
    kind: 'contains',
    weight: weights.contains,
  }));
}

/** Names of code that at least two documents use; what one document alone names ties it to nothing. */
function sharedNames(documents: readonly DocumentRecord[]): Map<string, Set<string>> {
  const paths = new Map<string, Set<string>>();
  for (const { path, codeNames } of documents) {
    for (const { name } of codeNames) paths.set(name, (paths.get(name) ?? new Set()).add(path));
  }
  const shared = [...paths].filter(([, { size }]) => size >= 2 && size <= maxDocumentsOfName);
  return new Map(shared.toSorted(([left], [right]) => (left < right ? -1 : 1)));
}

function mentionEdges(document: DocumentRecord, names: ReadonlyMap<string, unknown>): NamedEdge[] {
  const places = document.codeNames
    .filter(({ name }) => names.has(name))
    .map(({ name, heading }) => ({ from: placeOf(document, heading), to: codeNode(name) }));
  return places.map((place) => ({ ...place, kind: 'mentions', weight: weights.mentions }));
}

function linkEdge({ from, to }: ResolvedLink): NamedEdge {
  return { from: from.node, to: to.node, kind: 'links', weight: weights.links };
}

/** Edges between the same two nodes become one, its weight growing with the logarithm of their number. */
function mergeEdges(edges: readonly NamedEdge[]): NamedEdge[] {
  const groups = Map.groupBy(edges, ({ from, to, kind }) => `${kind}\n${from}\n${to}`);
  return [...groups.values()].map((group) => {
    const weight = group[0]!.weight * (1 + Math.log(group.length));
    return { ...group[0]!, weight: Number(weight.toFixed(4)) };
  });
}

/** A reader goes down from document to section, back up half as often, and between a name and its places both ways. */
function waysOf(edges: readonly GraphEdge[]): Way[] {
  return edges.flatMap(({ from, to, kind, weight }) => {
    const forth = { from, to, weight };
    if (kind === 'links') return [forth];
    return [forth, { from: to, to: from, weight: kind === 'contains' ? weight / 2 : weight }];
  });
}

function documentTies(nodes: readonly UnrankedNode[], links: ResolvedLinks, names: Map<string, Set<string>>): Way[] {
  const positions = new Map(nodes.filter(({ kind }) => kind === 'document').map(({ id }, at) => [id, at]));
  const at = (path: string) => positions.get(documentNode(path))!;
  const byLink = links.links.map(({ from, to }) => ({
    from: at(from.path),
    to: at(to.path),
    weight: weights.links,
  }));
  const byName = [...names.values()].flatMap((paths) => {
    const members = [...paths].map(at);
    return members.flatMap((from, index) =>
      members.slice(index + 1).map((to) => ({ from, to, weight: weights.mentions / (members.length - 1) })),
    );
  });
  return [...byLink, ...byName];
}

/** Documents, their headings, and the names of code they share, with who links to whom and how central each is. */
export function buildGraph(documents: readonly DocumentRecord[], resolved: ResolvedLinks): KnowledgeGraph {
  const names = sharedNames(documents);
  const unranked: UnrankedNode[] = [
    ...documents.flatMap(nodesOfDocument),
    ...[...names.keys()].map((name): UnrankedNode => ({ id: codeNode(name), kind: 'code', label: name })),
  ];
  const named = mergeEdges([
    ...documents.flatMap(containsEdges),
    ...resolved.links.map(linkEdge),
    ...documents.flatMap((document) => mentionEdges(document, names)),
  ]);
  const positions = new Map(unranked.map(({ id }, at) => [id, at]));
  const edges = named.map((edge) => ({
    ...edge,
    from: positions.get(edge.from)!,
    to: positions.get(edge.to)!,
  }));
  const scores = rankNodes(unranked.length, waysOf(edges));
  const groups = findCommunities(documents.length, documentTies(unranked, resolved, names));
  return {
    format: graphFormat,
    nodes: unranked.map((node, at) => ({ ...node, score: scores[at]! })),
    edges,
    communities: groups.map((group) => group.map((at) => documents[at]!.path)),
    brokenLinks: resolved.broken,
  };
}
