import { randomBytes } from 'node:crypto';
import { link, mkdir, open, unlink } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { IdentitySettings } from '#libs/config';
import { StartRefusal } from '#libs/contracts';
import { formatKeyText, newSecret, parseKeyText } from './key-text.js';

/** The id in the text of an owner's key. */
export const ownerKeyId = 'owner';

const othersMayRead = 0o077;

/**
 * The owner's key of this installation, as text. Where no setting names a file, the first start makes one that only its owner can read.
 * Throws StartRefusal when there is no key to be had, or when others may read it.
 */
export async function openOwnerKey({ ownerKeyFile, isOwnerKeyGiven }: IdentitySettings): Promise<string> {
  try {
    if (!isOwnerKeyGiven) await makeKey(ownerKeyFile);
    return await readKey(ownerKeyFile);
  } catch (cause) {
    if (cause instanceof StartRefusal) throw cause;
    const reason = (cause as NodeJS.ErrnoException).code ?? (cause as Error).message;
    throw new StartRefusal(
      `The owner's key ${ownerKeyFile} cannot be used (${reason}); make it readable, or set COC_OWNER_KEY_FILE to one that is.`,
      { cause },
    );
  }
}

async function readKey(path: string): Promise<string> {
  const file = await open(path, 'r');
  try {
    // Of the open file: what is read is what was looked at.
    const { mode } = await file.stat();
    if (process.platform !== 'win32' && (mode & othersMayRead) !== 0) {
      throw new StartRefusal(`Others than its owner may read or write the owner's key ${path}; chmod 600 it.`);
    }
    const text = (await file.readFile('utf8')).trim();
    if (parseKeyText(text)?.id === ownerKeyId) return text;
    throw new StartRefusal(`${path} holds no owner's key; delete it, and the next start makes one.`);
  } finally {
    await file.close();
  }
}

/** Linked to its name when it is whole and on disk: of two that start at once both take the first one's key. */
async function makeKey(path: string): Promise<void> {
  if (await isThere(path)) return;
  await mkdir(dirname(path), { recursive: true });
  const draft = `${path}.${process.pid}.${randomBytes(4).toString('hex')}`;
  const file = await open(draft, 'wx', 0o600);
  try {
    await file.writeFile(`${formatKeyText({ id: ownerKeyId, secret: newSecret() })}\n`);
    await file.sync();
    await link(draft, path).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'EEXIST') throw error;
    });
  } finally {
    await file.close();
    await unlink(draft);
  }
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
