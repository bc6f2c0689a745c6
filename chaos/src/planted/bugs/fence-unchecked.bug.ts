import type { PlantedBug } from '../planted-bug.js';

export const fenceUnchecked: PlantedBug = {
  name: 'fence-unchecked',
  breaks: 'no fence check in settle: the outcome of an attempt that was given up counts for the one that followed',
  edits: [
    {
      file: 'libs/state/src/scripts/includes/settlements.lua',
      find: "(task.state == 'dispatched' or task.state == 'running') and int(task.attempt) == attempt and task.nonce == nonce",
      replace: "(task.state == 'dispatched' or task.state == 'running')",
    },
    {
      file: 'libs/state/src/read/task-facts.ts',
      find: 'isInFlight(task) && task.attempt === attempt.attempt && task.nonce === attempt.nonce',
      replace: 'isInFlight(task)',
    },
  ],
  run: 'twice',
  expects: ['1 one accepted outcome', '8 attempts'],
};
