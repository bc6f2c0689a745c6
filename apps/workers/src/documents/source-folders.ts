import { realpath, stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import { isInsideFolder, SourceFolder } from './source-folder.js';
import { ActionError } from '../host/action-error.js';

export interface FolderRules {
  /** Folders that may be read with all below them; none: nothing may. */
  roots: readonly string[];
  /** Where the installation has its keys and everybody's artifacts: never read, wherever it is. */
  dataDir: string;
}

/**
 * Which folders of this machine the actions about documents may read. Whoever may submit names the folder, so what the machine's owner
 * has not opened stays closed.
 */
export class SourceFolders {
  constructor(private readonly rules: FolderRules) {}

  /** Throws FOLDER_MISSING and FOLDER_NOT_OPEN, both permanent. */
  async open(folder: string): Promise<SourceFolder> {
    const closed = await realPathOf(this.rules.dataDir);
    const real = await realpath(folder).catch(() => undefined);
    const roots = await Promise.all(this.rules.roots.map(realPathOf));
    // Before it is said whether a folder is there: that too is nobody's business.
    const isOpen = roots.some((root) => isInsideFolder(root, real ?? resolve(folder)));
    if (!isOpen || (real !== undefined && isInsideFolder(closed, real)))
      throw new ActionError(
        'FOLDER_NOT_OPEN',
        `this worker may not read ${folder}: COC_DOCUMENT_ROOTS does not open it`,
      );
    if (real === undefined || !(await stat(real)).isDirectory())
      throw new ActionError('FOLDER_MISSING', `there is no folder ${folder} where this worker runs`);
    return new SourceFolder(real, closed);
  }
}

async function realPathOf(folder: string): Promise<string> {
  return realpath(folder).catch(() => resolve(folder));
}
