import { readFile } from 'node:fs/promises';
import { extname } from 'node:path';
import { parse } from 'yaml';
import { Scenario } from './scenario.schema.js';

/** The file is no scenario; the message has its name and each fault. */
export class ScenarioFileError extends Error {
  override name = 'ScenarioFileError';
}

/** A scenario from a JSON or YAML file. Throws ScenarioFileError. */
export async function readScenario(file: string): Promise<Scenario> {
  const parsed = Scenario.safeParse(await readDocument(file));
  if (parsed.success) return parsed.data;
  const faults = parsed.error.issues.map(({ path, message }) => `\n  /${path.join('/')}  ${message}`);
  throw new ScenarioFileError(`${file} is no scenario (examples/scenarios/README.md):${faults.join('')}`);
}

async function readDocument(file: string): Promise<unknown> {
  try {
    const text = await readFile(file, 'utf8');
    return extname(file) === '.json' ? JSON.parse(text) : parse(text);
  } catch (cause) {
    throw new ScenarioFileError(`${file} cannot be read: ${cause instanceof Error ? cause.message : String(cause)}`, {
      cause,
    });
  }
}
