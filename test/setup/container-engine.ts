import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

const { COC_TEST_ENGINE: engine, COC_TEST_ENGINE_LACKS: lacks, COC_IMAGE = 'chain-of-command' } = process.env;

/** What `npm run test:deploy` found: `docker`, `podman`, or nothing and then what this machine lacks. */
export const containerEngine = engine;
export const engineLacks =
  lacks ?? (engine === undefined ? 'preparation: it is made by npm run test:deploy' : undefined);

/** The names that docker-compose.yml gives: of our images, and of the base they are built on. */
export const imageOf = (target: string): string => `${COC_IMAGE}/${target}:local`;
export const baseImage = process.env['BASE_IMAGE'] ?? 'node:24-bookworm-slim';

const run = promisify(execFile);
const outputLimitBytes = 64 * 1024 * 1024;

/** Runs a program and returns what it printed; its words are in the error when it fails. */
export async function say(program: string, args: string[], settings: Record<string, string> = {}): Promise<string> {
  try {
    const env = { ...process.env, ...settings };
    const { stdout } = await run(program, args, { env, maxBuffer: outputLimitBytes });
    return stdout.trim();
  } catch (error) {
    const { stdout = '', stderr = '' } = error as { stdout?: string; stderr?: string };
    throw new Error(`${program} ${args.join(' ')}: ${stdout.slice(-2_000)}${stderr.slice(-4_000)}`, { cause: error });
  }
}

/** The engine's own command. */
export const container = async (...args: string[]): Promise<string> => say(engine!, args);
