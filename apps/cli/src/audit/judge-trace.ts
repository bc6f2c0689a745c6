import type { CheckedChain } from './chain-check.js';
import { type Finding, linesInWords } from './finding.js';
import type { ReadHead } from './read-head.js';

/** How much of a trace was looked at: a single file has its beginning, its end or both in other files. */
export interface Scope {
  hasBeginning: boolean;
  hasEnd: boolean;
}

/** What `coc audit verify` says. Lines are numbered since sealing began; null where nothing is sealed. */
export interface AuditReport {
  isSound: boolean;
  finding: Finding | null;
  sealedLines: number;
  firstLine: number | null;
  lastLine: number | null;
  /** Lines that were written after the head, so that nobody would miss them; null without a head. */
  linesAfterHead: number | null;
  unsealedFiles: string[];
  remarks: string[];
}

/** `head` is undefined when it shall not be looked at. `path` is what was asked for. */
export function judgeTrace(chain: CheckedChain, head: ReadHead | undefined, scope: Scope, path: string): AuditReport {
  const finding = chain.finding ?? findUnsealed(chain, head) ?? findAgainstHead(chain, head, scope, path) ?? null;
  const told = head?.head;
  return {
    isSound: finding === null,
    finding,
    sealedLines: chain.sealedLines,
    firstLine: chain.first?.number ?? null,
    lastLine: chain.last?.number ?? null,
    linesAfterHead: told ? Math.max(0, (chain.last?.number ?? 0) - told.line) : null,
    unsealedFiles: chain.unsealedFiles,
    remarks: [
      ...remarksOn(chain, scope, told?.line),
      ...(head ? [] : ['no head was asked for: lines may be cut off the end']),
    ],
  };
}

function findUnsealed({ last, unsealedFiles: [file] }: CheckedChain, head: ReadHead | undefined): Finding | undefined {
  if (last || file === undefined || head?.head) return undefined;
  return { file, line: 1, kind: 'not-sealed', detail: 'nothing here is sealed' };
}

function findAgainstHead(
  { first, last, watched }: CheckedChain,
  read: ReadHead | undefined,
  scope: Scope,
  path: string,
): Finding | undefined {
  if (!read) return undefined;
  if (!read.head) return { file: read.path, line: null, kind: read.kind, detail: read.detail };
  const { head } = read;
  const end = last?.number ?? 0;
  if (scope.hasBeginning && first && first.number > head.begins)
    return {
      file: first.file,
      line: first.line,
      kind: 'missing',
      detail: `before it ${linesInWords(head.begins, first.number - 1)} missing`,
    };
  if (scope.hasEnd && end < head.line) {
    const from = Math.max(end + 1, head.begins);
    const detail = `after it ${linesInWords(from, head.line)} cut off, which were there at ${head.timestamp}`;
    return { file: last?.file ?? path, line: last?.line ?? null, kind: 'cut-off', detail };
  }
  if (watched && watched.seal !== head.last)
    return {
      file: watched.file,
      line: watched.line,
      kind: 'head',
      detail: `it is another line than the head ${read.path} was told`,
    };
  return undefined;
}

function remarksOn(chain: CheckedChain, scope: Scope, headLine: number | undefined): string[] {
  const { first, last, unsealedFiles, tornBytes } = chain;
  const after = headLine === undefined ? 0 : Math.max(0, (last?.number ?? 0) - headLine);
  const isPart = !scope.hasBeginning || !scope.hasEnd;
  return [
    last && unsealedFiles.length > 0 ? `not sealed, from before sealing began: ${unsealedFiles.join(', ')}` : '',
    first && first.number > 1
      ? `the chain begins with line ${first.number}; older files were not looked at or are deleted`
      : '',
    after > 0 ? `${after} lines at the end are newer than the head: nobody would miss them yet` : '',
    tornBytes > 0 ? `the last line is torn (${tornBytes} bytes): it is being written, or its writer was killed` : '',
    isPart ? 'only this file was looked at, not what is before and after it' : '',
  ].filter((remark) => remark !== '');
}
