import type { PlantedBug } from '../planted-bug.js';

export const freedByFailure: PlantedBug = {
  name: 'freed-by-failure',
  breaks: 'a task that failed frees its dependents as one that succeeded does',
  edits: [
    {
      file: 'libs/state/src/scripts/includes/advance.lua',
      find: "control.optional or control.goesOn and state ~= 'skipped')",
      replace: "control.optional or state ~= 'skipped')",
    },
  ],
  run: 'calm',
  expects: ['4 no task before its dependencies'],
};
