import { createHash } from 'node:crypto';
import { join, relative, resolve } from 'node:path';
import { z } from 'zod';

const leastKeyBytes = 32;
const isLongEnough = (secret: string): boolean => Buffer.byteLength(secret) >= leastKeyBytes;
const blankIsUnset = (value: unknown): unknown => (value === '' ? undefined : value);
const text = z.preprocess(blankIsUnset, z.string().optional());

/** The variables of the seals, for the recorder and for `coc audit`. */
export const auditVariables = {
  COC_AUDIT_KEY: z
    .preprocess(blankIsUnset, z.string().refine(isLongEnough, `must be at least ${leastKeyBytes} bytes`).optional())
    .describe(`Key of the seals itself, a secret of at least ${leastKeyBytes} bytes; it goes before the key file.`),
  COC_AUDIT_KEY_FILE: text.describe(
    'File with the key of the seals; not set, audit/key in COC_DATA_DIR, made at the first start.',
  ),
  COC_AUDIT_HEAD: text.describe(
    'File of the head of the trace; not set, one for each trace folder, in audit/ of COC_DATA_DIR.',
  ),
};
export const AuditVariables = z.object(auditVariables);

/** Undefined is not set. */
export interface AuditSettings {
  /** The secret itself; it goes before the key file. */
  key: string | undefined;
  keyFile: string | undefined;
  headFile: string | undefined;
}

export function auditSettings(raw: z.output<typeof AuditVariables>): AuditSettings {
  return { key: raw.COC_AUDIT_KEY, keyFile: raw.COC_AUDIT_KEY_FILE, headFile: raw.COC_AUDIT_HEAD };
}

export interface AuditPlaces {
  keyFile: string;
  headFile: string;
}

/**
 * Where key and head of a trace folder are. By default in the data folder, and a head for each trace folder, named by the way from one
 * folder to the other: so two trace folders do not share a head, and both folders may move together.
 */
export function auditPlaces(
  { keyFile, headFile }: AuditSettings,
  { dataDir, traceDir }: { dataDir: string; traceDir: string },
): AuditPlaces {
  const folder = join(resolve(dataDir), 'audit');
  const way = relative(resolve(dataDir), resolve(traceDir));
  const name = createHash('sha256').update(way).digest('hex').slice(0, 8);
  return {
    keyFile: resolve(keyFile ?? join(folder, 'key')),
    headFile: resolve(headFile ?? join(folder, `head-${name}.json`)),
  };
}

/** The secret that a key file holds. Throws RangeError when it is too short. */
export function parseAuditKey(fileText: string): string {
  const secret = fileText.trim();
  if (isLongEnough(secret)) return secret;
  throw new RangeError(`a key has at least ${leastKeyBytes} bytes`);
}
