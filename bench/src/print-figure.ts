import { rounded } from './statistics.js';

/** One JSON line on stdout; everything else the bench says goes to stderr. */
export function printFigure(figure: string, value: number, raw: Record<string, unknown>): void {
  process.stdout.write(`${JSON.stringify({ figure, value: rounded(value), ...raw })}\n`);
}
