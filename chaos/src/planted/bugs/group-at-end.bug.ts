import type { PlantedBug } from '../planted-bug.js';

export const groupAtEnd: PlantedBug = {
  name: 'group-at-end',
  breaks: "the readers' group begins at the end of a stream: what stands there already is never read",
  edits: [
    { file: 'libs/queues/src/outcome-reader.ts', find: "group, '0', 'MKSTREAM'", replace: "group, '$', 'MKSTREAM'" },
  ],
  run: 'queues',
  expects: ['7 an outcome is kept until it is settled'],
};
