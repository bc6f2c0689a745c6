import type { PlantedBug } from '../planted-bug.js';

export const finalOverwritten: PlantedBug = {
  name: 'final-overwritten',
  breaks: 'a cancel that comes after the end makes a directive CANCELLED that was COMPLETED',
  edits: [
    {
      file: 'libs/state/src/scripts/cancel-directive.lua',
      find: "if not may_go(directive, 'CANCELLED') then",
      replace: "if directive.closing ~= '' then",
    },
  ],
  run: 'orders',
  expects: ['2 final never changes'],
};
