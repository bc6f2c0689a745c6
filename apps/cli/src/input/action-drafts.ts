import { ActionRecord, type Json } from '#libs/contracts';
import { badFile } from './document.js';

export interface ActionDraft {
  name: string;
  record: Json;
}

/**
 * The records of a file: one, a list, or the `{ items }` that `coc actions list -o json` prints. All are checked before
 * the first is sent, so that a bad one does not leave half a file applied. Throws CliFailure.
 */
export function parseActionDrafts(file: string, document: Json): ActionDraft[] {
  const { records, at } = recordsOf(document);
  if (records.length === 0) throw badFile(`${file} holds no action`, 'write a record with at least a "name" into it');
  const faults: string[] = [];
  const drafts: ActionDraft[] = [];
  for (const [position, record] of records.entries()) {
    const parsed = ActionRecord.safeParse(record);
    if (parsed.success) drafts.push({ name: parsed.data.name, record });
    else
      for (const issue of parsed.error.issues)
        faults.push(`${pointerOf([...at(position), ...issue.path])}  ${issue.message}`);
  }
  if (faults.length === 0) return drafts;
  throw badFile(
    `${file} is not fit for the catalog; nothing was sent`,
    'correct what is named above',
    undefined,
    faults,
  );
}

function recordsOf(document: Json): { records: Json[]; at: (position: number) => PropertyKey[] } {
  if (Array.isArray(document)) return { records: document, at: (position) => [position] };
  const items = typeof document === 'object' && document !== null ? document['items'] : undefined;
  if (Array.isArray(items)) return { records: items, at: (position) => ['items', position] };
  return { records: [document], at: () => [] };
}

function pointerOf(path: readonly PropertyKey[]): string {
  if (path.length === 0) return '(the whole document)';
  return path.map((part) => `/${String(part).replaceAll('~', '~0').replaceAll('/', '~1')}`).join('');
}
