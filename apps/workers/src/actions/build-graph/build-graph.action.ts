import { Controller, Inject } from '@nestjs/common';
import { Ctx, Payload } from '@nestjs/microservices';
import { readDocuments } from '../../documents/document-record.js';
import { SourceFolders } from '../../documents/source-folders.js';
import { ActionContext } from '../../host/action-context.js';
import { Action } from '../../host/action.decorator.js';
import { GraphInput, GraphOutput } from './build-graph.schema.js';
import { buildGraph } from './build-graph.js';
import { resolveLinks } from './resolve-links.js';

@Controller()
export class BuildGraph {
  constructor(@Inject(SourceFolders) private readonly folders: SourceFolders) {}

  @Action('kg.build', {
    description:
      'Builds a graph of documents, headings and shared names of code, ranks its nodes and finds broken links.',
    effect: 'pure',
    input: GraphInput,
    output: GraphOutput,
  })
  async build(@Payload() input: GraphInput, @Ctx() context: ActionContext): Promise<GraphOutput> {
    const folder = await this.folders.open(input.folder);
    const documents = await readDocuments(context.artifacts, input.documents, context.signal);
    const graph = buildGraph(documents, await resolveLinks(folder, documents, context.signal));
    const stored = await context.artifacts.put('graph.json', JSON.stringify(graph), 'application/json');
    context.log(`${graph.nodes.length} nodes, ${graph.edges.length} edges, ${graph.brokenLinks.length} broken links`);
    return {
      nodes: graph.nodes.length,
      edges: graph.edges.length,
      communities: graph.communities.length,
      brokenLinks: graph.brokenLinks.length,
      artifact: stored.sha256,
    };
  }
}
