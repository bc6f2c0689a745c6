import type { PlantedBug } from '../planted-bug.js';

export const sweeperIgnoresEffect: PlantedBug = {
  name: 'sweeper-ignores-effect',
  breaks: 'the sweeper sends a job that vanished again, without a proof that its "once" action never started',
  edits: [
    {
      file: 'apps/executor/src/sweep/inflight.sweep.ts',
      find: `      !facts.started &&
      (facts.effect !== 'once' || (await desk.keeper.wasNeverAdded(queue, suspect.jobId, facts.sinceMs)));`,
      replace: '      !facts.started;',
    },
  ],
  run: 'vanished',
  expects: ['8 attempts', '8 effects'],
};
