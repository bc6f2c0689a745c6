import { open } from 'node:fs/promises';

/** Makes names durable: without it a power cut may undo a rename, a new file or a removal. */
export async function syncFolder(path: string): Promise<void> {
  const folder = await open(path, 'r');
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}
