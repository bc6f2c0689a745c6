import type { PlantedBug } from '../planted-bug.js';

export const ttlUnchecked: PlantedBug = {
  name: 'ttl-unchecked',
  breaks: 'a task is granted though the time of its directive is over',
  edits: [
    {
      file: 'libs/state/src/scripts/includes/release.lua',
      find: 'RESTING[directive.state] or NOW >= directive.ttlAt then return end',
      replace: 'RESTING[directive.state] then return end',
    },
  ],
  run: 'late',
  expects: ['4 no task after the TTL'],
};
