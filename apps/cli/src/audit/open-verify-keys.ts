import { readFile } from 'node:fs/promises';
import { parseAuditKey, type AuditSettings } from '#libs/config';
import { CliFailure } from '../cli-failure.js';
import { exitCode } from '../exit-code.js';
import { VerifyKey } from './verify-key.js';

interface KeyPlaces {
  settings: AuditSettings;
  /** Where the recorder has its key, if the settings do not say it. */
  usual: string;
  /** Key files from the command line; each must be there. */
  given: readonly string[];
}

/** All keys that are known, by id. Throws CliFailure for one that cannot be read, and when there is none. */
export async function openVerifyKeys({ settings, usual, given }: KeyPlaces): Promise<Map<string, VerifyKey>> {
  const secrets = settings.key === undefined ? await readUsual(usual, given.length > 0) : [settings.key];
  for (const path of given) secrets.push(await readSecret(path));
  return new Map(secrets.map((secret) => new VerifyKey(secret)).map((key) => [key.id, key]));
}

async function readUsual(path: string, mayBeAbsent: boolean): Promise<string[]> {
  try {
    return [await readSecret(path)];
  } catch (error) {
    if (mayBeAbsent) return [];
    throw error;
  }
}

async function readSecret(path: string): Promise<string> {
  try {
    return parseAuditKey(await readFile(path, 'utf8'));
  } catch (cause) {
    throw new CliFailure({
      exitCode: exitCode.usage,
      message: `the audit key ${path} cannot be used: ${(cause as Error).message}`,
      next: 'name the key file of the recorder with --key-file, or set COC_AUDIT_KEY',
      cause,
    });
  }
}
