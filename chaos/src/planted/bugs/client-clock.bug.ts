import type { PlantedBug } from '../planted-bug.js';

export const clientClock: PlantedBug = {
  name: 'client-clock',
  breaks: 'when a retry is due is reckoned by the clock of the executor',
  edits: [
    {
      file: 'apps/executor/src/settle/outcome.judge.ts',
      find: 'const nowMs = await this.context.agenda.nowMs();',
      replace: 'const nowMs = Date.now();',
    },
  ],
  run: 'clocks',
  expects: ['no timer fires early', '3 every directive ends'],
};
