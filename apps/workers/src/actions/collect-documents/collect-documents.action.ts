import { Controller, Inject } from '@nestjs/common';
import { Ctx, Payload } from '@nestjs/microservices';
import { maxDocumentBytes, type SourceFolder } from '../../documents/source-folder.js';
import { SourceFolders } from '../../documents/source-folders.js';
import { ActionContext } from '../../host/action-context.js';
import { ActionError } from '../../host/action-error.js';
import { Action } from '../../host/action.decorator.js';
import { parseMarkdown } from '../../markdown/parse-markdown.js';
import { CollectInput, CollectOutput, type CollectedDocument } from './collect-documents.schema.js';
import { walkFolder } from './walk-folder.js';

const maxTitleChars = 200;

async function collectOne(folder: SourceFolder, path: string): Promise<CollectedDocument> {
  const { text, bytes, sha256 } = await folder.read(path);
  const title = parseMarkdown(text).title || path.split('/').at(-1)!;
  return { path, title: title.slice(0, maxTitleChars), bytes, sha256 };
}

@Controller()
export class CollectDocuments {
  constructor(@Inject(SourceFolders) private readonly folders: SourceFolders) {}

  @Action('docs.collect', {
    description: 'Lists the Markdown documents below a folder of the machine the worker runs on, with title and hash.',
    effect: 'pure',
    input: CollectInput,
    output: CollectOutput,
  })
  async collect(@Payload() input: CollectInput, @Ctx() context: ActionContext): Promise<CollectOutput> {
    const folder = await this.folders.open(input.folder);
    const paths = await walkFolder(folder.path, context.signal);
    if (paths.length === 0)
      throw new ActionError('NO_DOCUMENTS', `there is no Markdown file (*.md) in ${input.folder}`);
    const documents: CollectedDocument[] = [];
    for (const path of paths.slice(0, input.maxDocuments)) {
      context.signal.throwIfAborted();
      const bytes = await folder.sizeOf(path);
      if (bytes <= maxDocumentBytes) documents.push(await collectOne(folder, path));
      else context.log(`left out ${path}: ${bytes} bytes, the limit is ${maxDocumentBytes}`);
      context.progress({ done: documents.length, of: paths.length });
    }
    for (const path of paths.slice(input.maxDocuments))
      context.log(`left out ${path}: over ${input.maxDocuments} documents`);
    context.log(`${documents.length} documents in ${input.folder}`);
    return { folder: folder.path, documents, omitted: paths.length - documents.length };
  }
}
