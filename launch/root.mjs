import { dirname, join } from 'node:path';

/** The folder of the project, with package.json. */
export const ROOT = dirname(import.meta.dirname);

/** Where the launcher keeps its own locks; the data folder may be elsewhere. */
export const LOCKS = join(ROOT, '.coc', 'locks');
