import { basename } from 'node:path';
import type { Verdict } from './play-scenario.js';

interface Row {
  file: string;
  title: string;
  verdict: Verdict;
}

const head = ['SCENARIO', 'STATE', 'TASKS', 'EVENTS', 'TOOK', ''];

/** A line for each scenario, under it what is not as expected, and a sum. */
export function renderVerdicts(rows: readonly Row[]): string {
  const cells = rows.map(cellsOf);
  const widths = head.map((name, at) => Math.max(name.length, ...cells.map((row) => row[at]!.length)));
  const line = (row: readonly string[]): string =>
    row
      .map((cell, at) => cell.padEnd(widths[at]!))
      .join('  ')
      .trimEnd();
  const lines = rows.flatMap((row, at) => [line(cells[at]!), ...faultsOf(row)]);
  const failed = rows.filter(({ verdict }) => verdict.faults.length > 0).length;
  return [line(head), ...lines, `${rows.length - failed} as expected, ${failed} not`, ''].join('\n');
}

function cellsOf({ file, verdict: { result, events, tookMs, faults } }: Row): string[] {
  const took = `${(tookMs / 1_000).toFixed(1)}s`;
  const counts = [String(result?.tasks.length ?? '-'), String(events.length)];
  return [basename(file), result?.state ?? '-', ...counts, took, faults.length === 0 ? 'ok' : 'NOT AS EXPECTED'];
}

function faultsOf({ title, verdict: { result, faults } }: Row): string[] {
  if (faults.length === 0) return [];
  const id = result === undefined ? '' : ` (${result.id})`;
  return [`  ${title}${id}`, ...faults.map((fault) => `  - ${fault.replaceAll('\n', '\n    ')}`)];
}
