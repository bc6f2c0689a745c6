import { mkdir, open, unlink } from 'node:fs/promises';
import { join } from 'node:path';

/** Makes the folder and writes a file there. Throws what the file system throws. */
export async function assureWritable(dir: string): Promise<void> {
  const probe = join(dir, `.probe-${process.pid}`);
  await mkdir(dir, { recursive: true });
  await (await open(probe, 'w')).close();
  await unlink(probe);
}
