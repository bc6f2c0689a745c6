import { printable } from '../output/printable.js';
import type { AuditReport } from './judge-trace.js';

/** The verdict on the first line, then what else is to be known. */
export function renderReport({ finding, sealedLines, firstLine, lastLine, remarks }: AuditReport): string {
  const where = finding && `${finding.file}${finding.line === null ? '' : `:${finding.line}`}`;
  const verdict = finding
    ? `FAILED  ${where}  ${finding.kind}: ${finding.detail}`
    : `ok      ${sealedLines} lines are as they were sealed${sealedLines > 0 ? `, ${firstLine} to ${lastLine}` : ''}`;
  return [verdict, ...remarks.map((remark) => `note    ${remark}`)].map((line) => `${printable(line)}\n`).join('');
}
