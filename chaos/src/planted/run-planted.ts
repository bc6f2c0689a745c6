import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { environmentWith } from '../rig/process-environment.js';
import { clockMs } from '../run/clock.js';
import { everyBug } from './every-bug.js';
import type { PlantedBug } from './planted-bug.js';
import { wordsOf } from './runs.js';
import { applyEdits, build, copySources, sourceRoot } from './source-tree.js';

/** Of the line that the harness ends with. */
interface HarnessResult {
  violations: number;
  invariants: Record<string, number>;
}

interface Verdict {
  name: string;
  isCaught: boolean;
  /** The invariants that spoke, and how often. */
  invariants: Record<string, number>;
  /** Why there is no result. */
  broken?: string;
  tookMs: number;
}

export interface PlantedOptions {
  /** Of bugs; all of them when it is empty. */
  names: readonly string[];
  /** Their runs on the tree as it is, which must find nothing. */
  isControl: boolean;
  /** Everything stays where it was made. */
  keep: boolean;
}

type Say = (line: string) => void;
/** In the folder of a built tree. */
const harness = join('dist', 'chaos', 'src', 'main.js');

/** Plants each bug in a copy of the tree and lets the copy's harness find it. 0 when all but one were caught, and one alone was. */
export async function runPlanted({ names, isControl, keep }: PlantedOptions, say: Say): Promise<number> {
  const bugs = chosen(names);
  const folder = await mkdtemp(join(tmpdir(), 'coc-planted-'));
  try {
    return isControl ? await control(bugs, folder, say) : await plantAll(bugs, folder, say, keep);
  } finally {
    if (keep) say(`everything is kept in ${folder}`);
    else await rm(folder, { recursive: true, force: true });
  }
}

/** Throws a TypeError for a name that no bug has. */
function chosen(names: readonly string[]): readonly PlantedBug[] {
  const unknown = names.find((name) => !everyBug.some((bug) => bug.name === name));
  if (unknown !== undefined)
    throw new TypeError(`there is no bug "${unknown}"; they are ${everyBug.map(({ name }) => name).join(', ')}`);
  return names.length === 0 ? everyBug : everyBug.filter(({ name }) => names.includes(name));
}

async function plantAll(bugs: readonly PlantedBug[], folder: string, say: Say, keep: boolean): Promise<number> {
  const verdicts: Verdict[] = [];
  for (const bug of bugs) {
    say(`${bug.name}: ${bug.breaks}`);
    const verdict = await plant(bug, join(folder, bug.name));
    if (!keep) await rm(join(folder, bug.name), { recursive: true, force: true });
    say(`  ${verdict.isCaught ? 'caught' : 'MISSED'} in ${Math.round(verdict.tookMs / 1_000)} s: ${told(verdict)}`);
    verdicts.push(verdict);
  }
  const missed = verdicts.filter(({ isCaught }) => !isCaught).map(({ name }) => name);
  process.stdout.write(
    `${JSON.stringify({ planted: bugs.length, caught: bugs.length - missed.length, missed, by: Object.fromEntries(verdicts.map(({ name, invariants }) => [name, invariants])) })}\n`,
  );
  return missed.length === 0 || (bugs.length === everyBug.length && missed.length === 1) ? 0 : 1;
}

function told({ broken, invariants }: Verdict): string {
  return broken ?? (Object.keys(invariants).length === 0 ? 'no violation' : JSON.stringify(invariants));
}

async function plant({ name, edits, run, expects }: PlantedBug, folder: string): Promise<Verdict> {
  const startedMs = clockMs();
  const took = (): number => clockMs() - startedMs;
  await copySources(sourceRoot(), folder);
  await applyEdits(folder, edits);
  await build(folder);
  const result = await runHarness(folder, wordsOf(run), join(folder, 'temporary'));
  if ('broken' in result) return { name, isCaught: false, invariants: {}, broken: result.broken, tookMs: took() };
  const { invariants } = result;
  const isCaught = Object.keys(invariants).some((spoke) => expects.some((expected) => spoke.startsWith(expected)));
  return { name, isCaught, invariants, tookMs: took() };
}

/** Each run that the bugs use, once, on the tree as it is. */
async function control(bugs: readonly PlantedBug[], folder: string, say: Say): Promise<number> {
  const wrong: string[] = [];
  const names = [...new Set(bugs.map(({ run }) => run))];
  for (const name of names) {
    const result = await runHarness(sourceRoot(), wordsOf(name), join(folder, name));
    const isWell = !('broken' in result) && result.violations === 0;
    say(`${name}: ${isWell ? 'no violation' : JSON.stringify(result)}`);
    if (!isWell) wrong.push(name);
  }
  process.stdout.write(`${JSON.stringify({ control: names.length, wrong })}\n`);
  return wrong.length === 0 ? 0 : 1;
}

/** What it keeps is below `temporary`. */
async function runHarness(
  root: string,
  words: readonly string[],
  temporary: string,
): Promise<HarnessResult | { broken: string }> {
  await mkdir(temporary, { recursive: true });
  const child = spawn(process.execPath, [join(root, harness), ...words, '--keep'], {
    env: environmentWith({ TMPDIR: temporary }),
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const abandon = (): void => void child.kill('SIGTERM');
  process.on('exit', abandon);
  const [[code], line, errors] = await Promise.all([once(child, 'exit'), text(child.stdout), text(child.stderr)]);
  process.off('exit', abandon);
  if (line.trim() === '') return { broken: `the harness ended with ${String(code)}: ${errors.slice(-2_000)}` };
  return JSON.parse(line) as HarnessResult;
}
