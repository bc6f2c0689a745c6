import { z } from 'zod';

export const graphFormat = 'coc.graph/1';

const nodeKinds = ['document', 'heading', 'code'] as const;
const edgeKinds = ['contains', 'links', 'mentions'] as const;

const GraphNode = z.object({
  /** `document:<path>`, `heading:<path>#<slug>` or `code:<name>`. */
  id: z.string(),
  kind: z.enum(nodeKinds),
  label: z.string(),
  /** Share of a random reader's time; the scores of all nodes add up to 1. */
  score: z.number(),
});
export type GraphNode = z.infer<typeof GraphNode>;

/** `from` and `to` are positions in `nodes`. */
const GraphEdge = z.object({
  from: z.number().int(),
  to: z.number().int(),
  kind: z.enum(edgeKinds),
  weight: z.number(),
});
export type GraphEdge = z.infer<typeof GraphEdge>;

export const BrokenLink = z.object({
  path: z.string(),
  line: z.number().int(),
  target: z.string(),
  reason: z.string(),
});
export type BrokenLink = z.infer<typeof BrokenLink>;

/** What `kg.build` stores. Communities are lists of document paths that link to each other or share names of code. */
export const KnowledgeGraph = z.object({
  format: z.literal(graphFormat),
  nodes: z.array(GraphNode),
  edges: z.array(GraphEdge),
  communities: z.array(z.array(z.string())),
  brokenLinks: z.array(BrokenLink),
});
export type KnowledgeGraph = z.infer<typeof KnowledgeGraph>;

export const documentNode = (path: string): string => `document:${path}`;
export const headingNode = (path: string, slug: string): string => `heading:${path}#${slug}`;
export const codeNode = (name: string): string => `code:${name}`;
