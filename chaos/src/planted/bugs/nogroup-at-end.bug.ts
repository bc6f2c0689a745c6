import type { PlantedBug } from '../planted-bug.js';

export const nogroupAtEnd: PlantedBug = {
  name: 'nogroup-at-end',
  breaks: 'a group that was lost is made again at the end of the stream: what came in between is never read',
  edits: [
    {
      file: 'libs/queues/src/outcome-reader.ts',
      find: 'await Promise.all(queues.map((queue) => this.createGroup(queue)));',
      replace: "await Promise.all(queues.map((queue) => this.createGroup(queue, '$')));",
    },
    {
      file: 'libs/queues/src/outcome-reader.ts',
      find: 'private async createGroup(queue: string)',
      replace: "private async createGroup(queue: string, from = '0')",
    },
    { file: 'libs/queues/src/outcome-reader.ts', find: "group, '0', 'MKSTREAM'", replace: "group, from, 'MKSTREAM'" },
  ],
  run: 'asleep',
  expects: ['7 an outcome is kept until it is settled'],
};
