import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { projectRoot } from '../project-root.js';
import { ChainOfCommandError } from '../sdk-error.js';
import { leaseServer } from '../start-embedded.js';
import { playScenario } from './play-scenario.js';
import { ScenarioFileError, readScenario } from './read-scenario.js';
import { renderVerdicts } from './render-verdicts.js';

const usage = `Usage: npm run scenarios -- [--url URL] [FILE …]
Runs each scenario, by default those of examples/scenarios, on the server that answers, else on one in this process.`;

/** Exit code 1: not as expected; 2: wrong usage or a bad file; 3: no server. */
async function run(): Promise<number> {
  const { values, positionals } = parseArgs({
    options: { url: { type: 'string' }, help: { type: 'boolean' } },
    allowPositionals: true,
  });
  if (values.help) {
    process.stdout.write(`${usage}\n`);
    return 0;
  }
  const files = positionals.length > 0 ? positionals : await ownFiles();
  const scenarios = await Promise.all(files.map(readScenario));
  const lease =
    values.url === undefined ? await leaseServer() : { server: { url: values.url }, release: async () => undefined };
  try {
    process.stderr.write(`${files.length} scenarios on ${lease.server.url}\n`);
    const verdicts = await Promise.all(scenarios.map(async (scenario) => playScenario(scenario, lease.server.url)));
    const rows = verdicts.map((verdict, at) => ({ file: files[at]!, title: scenarios[at]!.scenario, verdict }));
    process.stdout.write(renderVerdicts(rows));
    return verdicts.every(({ faults }) => faults.length === 0) ? 0 : 1;
  } finally {
    await lease.release();
  }
}

async function ownFiles(): Promise<string[]> {
  const folder = join(projectRoot(), 'examples', 'scenarios');
  const names = await readdir(folder);
  return names
    .filter((name) => /\.(json|ya?ml)$/.test(name))
    .toSorted()
    .map((name) => join(folder, name));
}

function exitCodeOf(error: unknown): number {
  const isUsage = error instanceof TypeError && 'code' in error && String(error.code).startsWith('ERR_PARSE_ARGS');
  const isExpected = isUsage || error instanceof ScenarioFileError || error instanceof ChainOfCommandError;
  const text = isExpected ? error.message : error instanceof Error ? (error.stack ?? '') : String(error);
  process.stderr.write(`${text}\n${isUsage ? `${usage}\n` : ''}`);
  if (error instanceof ChainOfCommandError) return 3;
  return isExpected ? 2 : 1;
}

process.exitCode = await run().catch(exitCodeOf);
