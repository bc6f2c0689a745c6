import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { check } from './checker/check.js';
import type { Evidence, Violation } from './checker/evidence.js';
import { nameOf, runCrashPoints } from './crash/run-crash-points.js';
import { runPlanted } from './planted/run-planted.js';
import { parseOptions, type ChaosOptions } from './run/options.js';
import { planStages } from './run/plan-stages.js';
import { SeededRandom } from './run/seeded-random.js';
import { runStage, type Stage, type StageResult } from './run/stage.js';

/** `npm run chaos`: README.md has the options. The result is one JSON line on stdout; all else is for people. */
const crew = { orchestrator: 2, executor: 2, worker: 2, 'foreign-worker': 1, recorder: 1, 'tenant-door': 1 };
const shards = 2;
/** Of each kind a person looks at a few. */
const shownViolations = 20;

function say(line: string): void {
  process.stderr.write(`${line}\n`);
}

function tellViolations(violations: readonly Violation[]): void {
  for (const { invariant, directive, task, message, evidence } of violations.slice(0, shownViolations)) {
    say(`VIOLATION ${invariant}: ${[directive, task].filter((part) => part !== null).join(' ')}: ${message}`);
    say(`  ${JSON.stringify(evidence)}`);
  }
  if (violations.length > shownViolations) say(`... and ${violations.length - shownViolations} more`);
}

function tell(result: StageResult): void {
  const { stage, violations, void: reasons, ...figures } = result;
  say(`${stage}: ${JSON.stringify(figures)}`);
  tellViolations(violations);
  for (const reason of reasons) say(`VOID ${stage}: ${reason}`);
}

async function checkAgain(folder: string): Promise<number> {
  const violations = check(JSON.parse(await readFile(join(folder, 'evidence.json'), 'utf8')) as Evidence);
  tellViolations(violations);
  process.stdout.write(`${JSON.stringify({ violations: violations.length })}\n`);
  return violations.length === 0 ? 0 : 1;
}

async function runAll(
  stages: readonly Stage[],
  { seed, lockMs, jobKeepMs, concurrency, crew: ownCrew }: ChaosOptions,
  folder: string,
): Promise<StageResult[]> {
  const results: StageResult[] = [];
  for (const stage of stages) {
    const faults = stage.planned.map(({ fault, times }) => `${times} x ${fault.name}`).join(', ');
    say(`${stage.name}: ${stage.tasks} tasks under ${faults}`);
    const settings = {
      folder: join(folder, stage.name),
      shards,
      crew: { ...crew, ...ownCrew },
      lockMs,
      ...(jobKeepMs === undefined ? {} : { jobKeepMs }),
      ...(concurrency === undefined ? {} : { concurrency }),
    };
    const result = await runStage(stage, settings, new SeededRandom(seed).fork(stage.name));
    tell(result);
    results.push(result);
  }
  return results;
}

/** Twice at each side of everything; once leaves out the side before what only reads. */
async function crashEverywhere({ lanes, once, only }: ChaosOptions): Promise<number> {
  const folder = await mkdtemp(join(tmpdir(), 'coc-crash-'));
  say(`files in ${folder}`);
  const settings = { folder, lanes, times: once ? 1 : 2, bothSidesOfReads: !once, only: only ?? '' };
  const { points, crashes, missed, violations } = await runCrashPoints(settings, say);
  for (const point of missed) say(`NOT REACHED ${nameOf(point)}`);
  for (const violation of violations.slice(0, shownViolations)) say(`VIOLATION ${violation}`);
  const summary = { points, crashes, missed: missed.length, violations: violations.length };
  process.stdout.write(`${JSON.stringify(summary)}\n`);
  const isClean = points > 0 && missed.length + violations.length === 0;
  if (isClean) await rm(folder, { recursive: true, force: true });
  else say(`files are kept in ${folder}`);
  return isClean ? 0 : 1;
}

async function run(options: ChaosOptions): Promise<number> {
  const folder = await mkdtemp(join(tmpdir(), 'coc-chaos-'));
  say(`seed ${options.seed}; files in ${folder}`);
  const results = await runAll(planStages(options), options, folder);
  const violations = results.reduce((sum, result) => sum + result.violations.length, 0);
  const isVoid = results.length === 0 || results.some((result) => result.void.length > 0);
  const stages = results.map(({ violations: found, ...rest }) => ({ ...rest, violations: found.length }));
  const found = results.flatMap((result) => result.violations);
  const invariants = Object.fromEntries(
    [...Map.groupBy(found, ({ invariant }) => invariant)].map(([invariant, list]) => [invariant, list.length]),
  );
  process.stdout.write(`${JSON.stringify({ seed: options.seed, violations, void: isVoid, invariants, stages })}\n`);
  const isClean = violations === 0 && !isVoid;
  // What went wrong is there to be looked at.
  if (isClean && !options.keep) await rm(folder, { recursive: true, force: true });
  else say(`files are kept in ${folder}`);
  return isClean ? 0 : 1;
}

async function obey(options: ChaosOptions): Promise<number> {
  const { check: folder, planted, control, keep } = options;
  if (planted) return runPlanted({ names: planted, isControl: control, keep }, say);
  if (folder !== undefined) return checkAgain(folder);
  return options.crashPoints ? crashEverywhere(options) : run(options);
}

function readOptions(): ChaosOptions {
  try {
    return parseOptions(process.argv.slice(2));
  } catch (error) {
    say(error instanceof Error ? error.message : String(error));
    return process.exit(2);
  }
}

for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => process.exit(130));
const options = readOptions();
const code = await obey(options);
// Left to end by itself, Node 24.21 waited for ever for a socket that was reset just before (seen once in a few runs with broken links).
process.exit(code);
