import { Controller, Inject } from '@nestjs/common';
import { Ctx, Payload } from '@nestjs/microservices';
import { SourceFolders } from '../../documents/source-folders.js';
import { ActionContext } from '../../host/action-context.js';
import { Action } from '../../host/action.decorator.js';
import { EmbedInput, EmbedOutput } from './embed-document.schema.js';
import { embedDocument } from './embed-document.js';

@Controller()
export class EmbedDocument {
  constructor(@Inject(SourceFolders) private readonly folders: SourceFolders) {}

  @Action('rag.embed', {
    description: 'Splits one Markdown document into passages and gives each a vector; offline and deterministic.',
    effect: 'pure',
    input: EmbedInput,
    output: EmbedOutput,
  })
  async embed(@Payload() input: EmbedInput, @Ctx() context: ActionContext): Promise<EmbedOutput> {
    const { path } = input.document;
    const folder = await this.folders.open(input.folder);
    const source = await folder.read(path);
    const record = await embedDocument(path, source, context.signal);
    const stored = await context.artifacts.put(`${path}.json`, JSON.stringify(record), 'application/json');
    context.log(`${path}: ${record.chunks.length} passages under ${record.headings.length} headings`);
    return {
      path,
      title: record.title,
      sha256: record.sha256,
      headings: record.headings.length,
      chunks: record.chunks.length,
      words: record.words,
      dimensions: record.dimensions,
      artifact: stored.sha256,
    };
  }
}
