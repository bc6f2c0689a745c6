import { z } from 'zod';
import { ActionError } from '../host/action-error.js';
import type { TaskArtifacts } from '../host/task-artifacts.js';

const format = 'coc.document/1';

/** One indexed document: what `rag.embed` stores, and what the graph and the index are made of. */
export const DocumentRecord = z.object({
  format: z.literal(format),
  path: z.string(),
  title: z.string(),
  sha256: z.string(),
  words: z.number().int(),
  dimensions: z.number().int(),
  headings: z.array(
    z.object({
      level: z.number().int(),
      text: z.string(),
      slug: z.string(),
      line: z.number().int(),
      parent: z.number().int(),
    }),
  ),
  anchors: z.array(z.string()),
  /** `heading` is an index into `headings`, or -1: before the first. */
  links: z.array(z.object({ text: z.string(), target: z.string(), line: z.number().int(), heading: z.number().int() })),
  codeNames: z.array(z.object({ name: z.string(), heading: z.number().int() })),
  chunks: z.array(
    z.object({
      heading: z.number().int(),
      lines: z.array(z.number().int()),
      endLine: z.number().int(),
      header: z.string(),
      text: z.string(),
      vector: z.string(),
    }),
  ),
});
export type DocumentRecord = z.infer<typeof DocumentRecord>;

export const documentFormat = format;

/** A document by the two fields of `rag.embed`'s output that the later actions need. */
export const DocumentReference = z.object({ path: z.string(), artifact: z.string() });
export type DocumentReference = z.infer<typeof DocumentReference>;

/** Headings down to the one given, joined by " > ". The document's title is left out above others: it stands over all. */
export function headingPath({ title, headings }: Pick<DocumentRecord, 'title' | 'headings'>, index: number): string {
  const path: string[] = [];
  for (let at = headings[index]; at; at = headings[at.parent]) path.unshift(at.text);
  return (path.length > 1 && path[0] === title ? path.slice(1) : path).join(' > ');
}

/** Parses an artifact of ours. Throws ARTIFACT_UNSUITABLE (permanent) when it is something else. */
export async function readRecord<T>(artifacts: TaskArtifacts, sha256: string, schema: z.ZodType<T>): Promise<T> {
  const content = await artifacts.read(sha256);
  try {
    return schema.parse(JSON.parse(content.toString('utf8')));
  } catch (cause) {
    throw new ActionError('ARTIFACT_UNSUITABLE', `the artifact ${sha256} is not what this action needs`, {
      cause,
    });
  }
}

/** The documents' records, by path. */
export async function readDocuments(
  artifacts: TaskArtifacts,
  references: readonly DocumentReference[],
  signal: AbortSignal,
): Promise<DocumentRecord[]> {
  const records: DocumentRecord[] = [];
  for (const { artifact } of references) {
    signal.throwIfAborted();
    records.push(await readRecord(artifacts, artifact, DocumentRecord));
  }
  return records.toSorted((left, right) => (left.path < right.path ? -1 : 1));
}
