import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { Spawned } from '../setup/spawned.js';

const main = join(import.meta.dirname, '../../dist/chaos/src/main.js');
/** Of the four services together, when this was written: 250. */
const leastPoints = 200;

describe('a process that dies', () => {
  it('before or after whichever I/O leaves everything whole', async () => {
    const run = Spawned.start(process.execPath, [main, '--crash-points', '--once']);
    const code = await run.ended();
    const said = run.errors.map((line) => line.slice(0, 2_000));
    const result = JSON.parse(run.lines.at(-1) ?? '{}') as { points?: number; crashes?: number };
    expect({ code, ...result, said }).toEqual(expect.objectContaining({ code: 0, missed: 0, violations: 0 }));
    expect(result.points).toBeGreaterThan(leastPoints);
    expect(result.crashes).toBeGreaterThanOrEqual(result.points!);
  }, 1_200_000);
});
