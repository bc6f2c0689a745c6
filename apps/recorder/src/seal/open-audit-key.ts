import { randomBytes } from 'node:crypto';
import { link, mkdir, open, readFile, unlink } from 'node:fs/promises';
import { dirname } from 'node:path';
import { parseAuditKey, type AuditSettings } from '#libs/config';
import { StartRefusal } from '#libs/contracts';
import { syncFolder } from '../trace/sync-folder.js';
import { AuditKey } from './audit-key.js';

/**
 * The key of the settings, else the one in the key file. Where no setting names a file, the first start makes one that only its owner
 * can read. Throws StartRefusal when there is no key to be had.
 */
export async function openAuditKey({ key, keyFile }: AuditSettings, path: string): Promise<AuditKey> {
  if (key !== undefined) return new AuditKey(key);
  try {
    if (keyFile === undefined) await makeKey(path);
    return new AuditKey(parseAuditKey(await readFile(path, 'utf8')));
  } catch (cause) {
    const reason = (cause as NodeJS.ErrnoException).code ?? (cause as Error).message;
    throw new StartRefusal(
      `The audit key ${path} cannot be used (${reason}); make it readable, or set COC_AUDIT_KEY or COC_AUDIT_KEY_FILE to one that can.`,
      { cause },
    );
  }
}

/** Linked to its name when it is whole and on disk: of two that start at once both take the first one's key. */
async function makeKey(path: string): Promise<void> {
  if (await isThere(path)) return;
  await mkdir(dirname(path), { recursive: true });
  const draft = `${path}.${process.pid}.${randomBytes(4).toString('hex')}`;
  const file = await open(draft, 'wx', 0o600);
  try {
    await file.writeFile(`${randomBytes(32).toString('base64url')}\n`);
    await file.sync();
    await link(draft, path).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'EEXIST') throw error;
    });
  } finally {
    await file.close();
    await unlink(draft);
  }
  await syncFolder(dirname(path));
}

async function isThere(path: string): Promise<boolean> {
  try {
    await (await open(path, 'r')).close();
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return false;
    throw error;
  }
}
