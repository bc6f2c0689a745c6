import type { PlantedBug } from '../planted-bug.js';

export const settledTwice: PlantedBug = {
  name: 'settled-twice',
  breaks: 'an outcome that comes twice is settled twice, and its dependents are freed by each',
  edits: [
    {
      file: 'libs/state/src/scripts/includes/settlements.lua',
      find: "task and (task.state == 'dispatched' or task.state == 'running') and int",
      replace: 'task and int',
    },
  ],
  run: 'twice',
  expects: ['1 one accepted outcome', '4 no task before its dependencies', '6 '],
};
