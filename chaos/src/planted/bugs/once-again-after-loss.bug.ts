import type { PlantedBug } from '../planted-bug.js';

export const onceAgainAfterLoss: PlantedBug = {
  name: 'once-again-after-loss',
  breaks: 'a "once" action that had started is run again when its worker is lost',
  edits: [
    {
      file: 'libs/policy/src/decide-settlement.ts',
      find: "if (task.effect === 'once' && task.started) return settleStartedOnce(failure);",
      replace:
        "if (task.effect === 'once' && task.started && failure.class !== 'lost') return settleStartedOnce(failure);",
    },
  ],
  run: 'losses',
  expects: ['8 attempts', '8 effects'],
};
