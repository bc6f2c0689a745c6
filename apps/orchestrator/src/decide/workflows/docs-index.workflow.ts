import { z } from 'zod';
import type { Json, TaskSpec } from '#libs/contracts';
import type { ReviewVerdict, TaskOutputsById, Workflow } from '../workflow.js';

const Input = z.strictObject({
  folder: z.string().min(1),
  maxDocuments: z.number().int().min(1).max(5_000).optional(),
  question: z.string().min(1).max(2_000).optional(),
});

const Report = z.looseObject({ documents: z.number(), indexArtifact: z.string() });

function planIndex(input: Json): TaskSpec[] {
  const { maxDocuments } = Input.parse(input);
  const folder = { $input: '/folder' };
  return [
    {
      id: 'collect',
      action: 'docs.collect',
      input: { folder, ...(maxDocuments === undefined ? {} : { maxDocuments }) },
    },
    {
      id: 'embed',
      action: 'rag.embed',
      forEach: { items: { $task: 'collect', path: '/documents' }, maxItems: maxDocuments ?? 1_000 },
      input: { folder, document: { $item: '' } },
    },
    { id: 'graph', action: 'kg.build', input: { folder, documents: { $task: 'embed' } } },
    {
      id: 'report',
      action: 'docs.report',
      input: { folder, documents: { $task: 'embed' }, graph: { $task: 'graph' } },
    },
  ];
}

/** A question that came with the order is answered from the finished index: the plan is extended by one task. */
function reviewIndex(input: Json, outputs: TaskOutputsById): ReviewVerdict {
  const { question } = Input.parse(input);
  const report = Report.safeParse(outputs['report']);
  if (!report.success) return { verdict: 'reject', reason: 'the report names no index' };
  if (report.data.documents === 0) return { verdict: 'reject', reason: 'the index holds no document' };
  if (question === undefined || outputs['answer'] !== undefined) {
    return { verdict: 'accept', reason: `${report.data.documents} documents are indexed` };
  }
  const answer: TaskSpec = {
    id: 'answer',
    action: 'docs.answer',
    input: { index: report.data.indexArtifact, question },
  };
  return { verdict: 'extend', reason: 'the order holds a question', tasks: [answer] };
}

const folderInWords = /(?:folder|directory|path|docs in|in)\s+["'`]?([/.~][^\s"'`,;]*)/i;

/** Indexes a folder of Markdown: collect, embed each document, link them into a graph, report. */
export const docsIndex: Workflow = {
  name: 'docs.index',
  description: 'index a folder of Markdown documents and answer questions from it',
  keywords: ['index', 'documents', 'docs', 'markdown', 'folder', 'search', 'knowledge', 'embed'],
  input: Input,
  inputFromIntent: (intent) => {
    const folder = folderInWords.exec(intent)?.[1];
    return folder === undefined ? undefined : { folder };
  },
  plan: planIndex,
  review: reviewIndex,
};
