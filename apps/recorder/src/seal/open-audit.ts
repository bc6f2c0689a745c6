import { auditPlaces, type Env } from '#libs/config';
import { HeadFile } from './head-file.js';
import { openAuditKey } from './open-audit-key.js';
import type { Audit } from './seal-chain.js';

/** Key and head of a trace folder. Throws StartRefusal when one of them cannot be used. */
export async function openAudit(env: Env, traceDir: string): Promise<Audit> {
  const places = auditPlaces(env.audit, { dataDir: env.dataDir, traceDir });
  const key = await openAuditKey(env.audit, places.keyFile);
  const headFile = new HeadFile(places.headFile, key);
  await headFile.prepare();
  return { key, headFile };
}
