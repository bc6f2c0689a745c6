import { Controller } from '@nestjs/common';
import { Ctx, Payload } from '@nestjs/microservices';
import { readDocuments, readRecord } from '../../documents/document-record.js';
import { ActionContext } from '../../host/action-context.js';
import { Action } from '../../host/action.decorator.js';
import { KnowledgeGraph } from '../build-graph/knowledge-graph.js';
import { buildIndex } from './build-index.js';
import { ReportInput, ReportOutput } from './report-index.schema.js';
import { byScore, writeReport } from './write-report.js';

const maxTopDocuments = 10;
const maxBrokenLinks = 100;

@Controller()
export class ReportIndex {
  @Action('docs.report', {
    description: 'Writes a report on an indexed folder, and one index that `docs.answer` answers questions from.',
    effect: 'pure',
    input: ReportInput,
    output: ReportOutput,
  })
  async report(@Payload() input: ReportInput, @Ctx() context: ActionContext): Promise<ReportOutput> {
    const documents = await readDocuments(context.artifacts, input.documents, context.signal);
    const graph = await readRecord(context.artifacts, input.graph.artifact, KnowledgeGraph);
    const index = await buildIndex(input.folder, documents, graph);
    const report = await context.artifacts.put('report.md', writeReport(index, documents, graph), 'text/markdown');
    const stored = await context.artifacts.put('index.json', JSON.stringify(index), 'application/json');
    return {
      documents: documents.length,
      chunks: index.chunks.length,
      words: documents.reduce((sum, { words }) => sum + words, 0),
      topDocuments: byScore(index.documents).slice(0, maxTopDocuments),
      brokenLinks: graph.brokenLinks.slice(0, maxBrokenLinks),
      markdownArtifact: report.sha256,
      indexArtifact: stored.sha256,
    };
  }
}
