import { readFile } from 'node:fs/promises';
import { auditPlaces } from '#libs/config';
import { AuditHead } from '#libs/contracts';
import type { AuditReport } from '../../apps/cli/src/audit/judge-trace.js';
import { VerifyKey } from '../../apps/cli/src/audit/verify-key.js';
import { scopeOf, verifyTrace } from '../../apps/cli/src/audit/verify-trace.js';
import type { RecorderBed } from './recorder-bed.js';

export const secret = 'the key of these tests, 32 bytes and more';
export const settings = { COC_AUDIT_KEY: secret, COC_SHARDS: '2' };
/** Two directives fill more than one file. */
export const small = { maxBytes: 1_500, keep: 1_000 };

export const placesOf = ({ env, dir }: RecorderBed) => auditPlaces(env.audit, { dataDir: env.dataDir, traceDir: dir });

export async function readHead(bed: RecorderBed): Promise<AuditHead> {
  return AuditHead.parse(JSON.parse(await readFile(placesOf(bed).headFile, 'utf8')));
}

/** As `coc audit verify` on the folder, with the key of the settings and others. */
export async function verify(bed: RecorderBed, ...secrets: string[]): Promise<AuditReport> {
  const keys = [secret, ...secrets].map((it) => new VerifyKey(it));
  return verifyTrace(bed.dir, await scopeOf(bed.dir), {
    keys: new Map(keys.map((key) => [key.id, key])),
    headPath: placesOf(bed).headFile,
  });
}

/** Two directives, and a recorder that starts, records them and ends. */
export async function recordMore(bed: RecorderBed, limits: Partial<typeof small> = {}): Promise<string[]> {
  const ids = [await bed.directive(), await bed.directive({ shard: 1 })];
  await bed.recordOnce(limits);
  return ids;
}
