import { allFiles } from './sources.mjs';

// Drawers that fill up because anything fits in: what is in them belongs to its noun.
const DRAWERS = new Set(['utils', 'util', 'helpers', 'helper', 'common', 'types', 'interfaces', 'constants']);
const SOURCE = /\.([cm]?[jt]sx?|lua|py)$/;

/** `task.types.ts`, `string-utils.ts` and the folder `common/` are drawers as much as `types.ts`. */
const isDrawer = (segment) => segment.split('.').some((part) => DRAWERS.has(part.split(/[-_]/).at(-1)));

export const checkFileNames = () => ({
  findings: allFiles()
    .filter((path) => SOURCE.test(path) && path.split('/').some(isDrawer))
    .map((path) => `${path}: put its parts with the nouns they belong to`),
});
