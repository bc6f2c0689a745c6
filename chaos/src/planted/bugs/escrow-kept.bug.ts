import type { PlantedBug } from '../planted-bug.js';

export const escrowKept: PlantedBug = {
  name: 'escrow-kept',
  breaks: "a directive that ends does not return what it drew of its tenant's day and did not spend",
  edits: [
    {
      file: 'libs/state/src/scripts/includes/settle-limits.lua',
      find: `    if limits.draws > 0 and not limits.isOver then
      file_permit(limit_member('back', directive, 'spend', limits.draws, limits.need and 'asked' or '', limits.drawn - directive.chargedMicroUsd))
    end
`,
      replace: '',
    },
  ],
  run: 'orders',
  expects: ['5 what a tenant drew and did not spend comes back'],
};
