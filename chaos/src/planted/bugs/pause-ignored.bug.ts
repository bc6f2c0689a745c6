import type { PlantedBug } from '../planted-bug.js';

export const pauseIgnored: PlantedBug = {
  name: 'pause-ignored',
  breaks: 'the pause is looked at where tasks are taken from a list, and not where an outcome frees them',
  edits: [
    {
      file: 'libs/state/src/scripts/includes/release.lua',
      find: "  if directive.state == 'PAUSED' then return park_paused(directive, index, control, task) end\n",
      replace: '',
    },
    {
      file: 'libs/state/src/scripts/includes/lists.lua',
      find: '  if control and is_releasable(task) then make_ready(',
      replace: `  if control and is_releasable(task) and directive.state == 'PAUSED' then return park_paused(directive, index, control, task or {}) end
  if control and is_releasable(task) then make_ready(`,
    },
  ],
  run: 'orders',
  expects: ['10 a paused directive releases nothing'],
};
