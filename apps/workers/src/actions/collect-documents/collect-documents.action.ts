import { Controller } from '@nestjs/common';
import { Ctx, Payload } from '@nestjs/microservices';
import { maxDocumentBytes, openFolder, readSource } from '../../documents/source-folder.js';
import { ActionContext } from '../../host/action-context.js';
import { ActionError } from '../../host/action-error.js';
import { Action } from '../../host/action.decorator.js';
import { parseMarkdown } from '../../markdown/parse-markdown.js';
import { CollectInput, CollectOutput, type CollectedDocument } from './collect-documents.schema.js';
import { walkFolder } from './walk-folder.js';

const maxTitleChars = 200;

async function collectOne(folder: string, path: string): Promise<CollectedDocument> {
  const { text, bytes, sha256 } = await readSource(folder, path);
  const isReadable = bytes <= maxDocumentBytes;
  const title = (isReadable ? parseMarkdown(text).title : '') || path.split('/').at(-1)!;
  return { path, title: title.slice(0, maxTitleChars), bytes, sha256 };
}

@Controller()
export class CollectDocuments {
  @Action('docs.collect', {
    description: 'Lists the Markdown documents below a folder of the machine the worker runs on, with title and hash.',
    effect: 'pure',
    input: CollectInput,
    output: CollectOutput,
  })
  async collect(@Payload() input: CollectInput, @Ctx() context: ActionContext): Promise<CollectOutput> {
    const root = await openFolder(input.folder);
    const paths = await walkFolder(root, context.signal);
    if (paths.length === 0)
      throw new ActionError('NO_DOCUMENTS', `there is no Markdown file (*.md) in ${input.folder}`);
    const documents: CollectedDocument[] = [];
    for (const path of paths.slice(0, input.maxDocuments)) {
      context.signal.throwIfAborted();
      const document = await collectOne(root, path);
      if (document.bytes <= maxDocumentBytes) documents.push(document);
      else context.log(`left out ${path}: ${document.bytes} bytes, the limit is ${maxDocumentBytes}`);
      context.progress({ done: documents.length, of: paths.length });
    }
    for (const path of paths.slice(input.maxDocuments))
      context.log(`left out ${path}: over ${input.maxDocuments} documents`);
    context.log(`${documents.length} documents in ${input.folder}`);
    return { folder: root, documents, omitted: paths.length - documents.length };
  }
}
