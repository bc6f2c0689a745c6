import type { PlantedBug } from '../planted-bug.js';

export const retentionBeforeSettle: PlantedBug = {
  name: 'retention-before-settle',
  breaks: 'the sweeper of finished jobs goes by their age alone, settled or not',
  edits: [
    {
      file: 'libs/queues/src/queue-keeper.ts',
      find: 'const done = jobIds.filter((_, at) => settled[at]);',
      replace: 'const done = jobIds;',
    },
  ],
  run: 'unheard',
  expects: ['7 an outcome is kept until it is settled'],
};
