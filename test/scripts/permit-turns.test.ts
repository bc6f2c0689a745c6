import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { runInLibrary } from './lua-source.js';
import { ScriptBed } from './script-bed.js';

let bed: ScriptBed;
beforeAll(async () => {
  bed = await ScriptBed.open();
});
afterAll(async () => bed.close());

interface Load {
  limit: number;
  perMs: number;
  /** How long after the one before, and who. */
  requests: { gapMs: number; holder: number }[];
}

// All of it within the minute for which a turn is remembered.
const anyLoad: fc.Arbitrary<Load> = fc
  .record({ limit: fc.integer({ min: 1, max: 20 }), perMs: fc.integer({ min: 1, max: 400 }) })
  .chain(({ limit, perMs }) => {
    const gapMs = fc.oneof({ weight: 3, arbitrary: fc.constant(0) }, fc.integer({ min: 0, max: 2 * perMs }));
    const requests = fc.array(fc.record({ gapMs, holder: fc.nat(70) }), { minLength: 1, maxLength: 70 });
    return fc.record({ limit: fc.constant(limit), perMs: fc.constant(perMs), requests });
  });

const epochMs = 1_700_000_000_000;
const includes = join(import.meta.dirname, '..', '..', 'libs', 'state', 'src', 'scripts', 'includes');
/** The script's own include, which the rest of the library cannot see. */
const homeLua = readFileSync(join(includes, 'home.lua'), 'utf8');

/** The real function under a clock of the test. */
async function turnsOf({ limit, perMs, requests }: Load): Promise<{ arrivals: number[]; turns: number[] }> {
  let now = epochMs;
  const asked = requests.map(({ gapMs, holder }) => [(now += gapMs), `h${holder}`] as const);
  const body = `${homeLua}
    local turns = {}
    for at, request in ipairs(cjson.decode(ARGV[1])) do
      NOW = request[1]
      NOW_TEXT = int(NOW)
      turns[at] = tonumber(take_turn('rate', 'db', request[2], tonumber(ARGV[2]), tonumber(ARGV[3])))
    end
    return turns`;
  const root = bed.stage().keys.tenant('local');
  const turns = (await runInLibrary(bed.redis, body, root, JSON.stringify(asked), `${limit}`, `${perMs}`)) as number[];
  return { arrivals: asked.map(([at]) => at), turns };
}

/** Each holder's first request, in order. */
function firsts({ requests }: Load): number[] {
  return requests.flatMap(({ holder }, at) => (requests.findIndex((one) => one.holder === holder) === at ? [at] : []));
}

describe('the turns under a rate, for any requests', () => {
  it('are never before they are asked for, and never more than twice the limit within any period', async () => {
    await fc.assert(
      fc.asyncProperty(anyLoad, async (load) => {
        const { arrivals, turns } = await turnsOf(load);
        for (const at of firsts(load)) expect(turns[at]).toBeGreaterThanOrEqual(arrivals[at]!);
        const own = firsts(load).map((at) => turns[at]!);
        for (const turn of own) {
          const inWindow = own.filter((other) => other >= turn && other < turn + load.perMs);
          expect(inWindow.length).toBeLessThanOrEqual(2 * load.limit);
        }
      }),
      { numRuns: 60 },
    );
  });

  it('come in the order of the requests, and one holder always has the same', async () => {
    await fc.assert(
      fc.asyncProperty(anyLoad, async (load) => {
        const { turns } = await turnsOf(load);
        const own = firsts(load).map((at) => turns[at]!);
        expect(own).toEqual(own.toSorted((left, right) => left - right));
        for (const [at, { holder }] of load.requests.entries())
          expect(turns[at]).toBe(turns[load.requests.findIndex((one) => one.holder === holder)]);
      }),
      { numRuns: 60 },
    );
  });

  it('are in the long run as many as the rate, no more and no fewer: each as early as a full bucket allows', async () => {
    await fc.assert(
      fc.asyncProperty(anyLoad, async (load) => {
        const { arrivals, turns } = await turnsOf(load);
        const own = firsts(load);
        const stepMs = load.perMs / load.limit;
        for (const [count, at] of own.entries()) {
          // Of those that came from request i on, `limit` may go at once and each further one a step later.
          const bounds = own
            .slice(0, count + 1)
            .map((from, i) => arrivals[from]! + (count - i + 1 - load.limit) * stepMs);
          const earliest = Math.max(arrivals[at]!, ...bounds);
          // The script keeps thousandths of a millisecond, and answers whole ones.
          expect(Math.abs(turns[at]! - earliest)).toBeLessThan(1 + 0.001 * (count + 1));
        }
      }),
      { numRuns: 60 },
    );
  });
});
