import type { PlantedBug } from '../planted-bug.js';

export const reservationKeptOnCancel: PlantedBug = {
  name: 'reservation-kept-on-cancel',
  breaks: 'a cancelled attempt is neither charged nor gives its reservation back',
  edits: [
    {
      file: 'libs/state/src/scripts/includes/close.lua',
      find: "local cost, tokens = charge(directive, control, task, task.state == 'running')",
      replace: 'local cost, tokens = 0, 0',
    },
  ],
  run: 'orders',
  expects: ['5 charged - overrun + reserved <= budget'],
};
