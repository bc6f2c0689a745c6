import type { PlantedBug } from '../planted-bug.js';

export const jobRemovedWhenDone: PlantedBug = {
  name: 'job-removed-when-done',
  breaks: 'a job is removed as it ends: before it is settled its outcome stands in the event stream alone',
  edits: [
    {
      file: 'libs/queues/src/queue-sender.ts',
      find: 'removeOnComplete: false, removeOnFail: false',
      replace: 'removeOnComplete: true, removeOnFail: true',
    },
  ],
  run: 'losses',
  expects: ['7 an outcome is kept until it is settled'],
};
