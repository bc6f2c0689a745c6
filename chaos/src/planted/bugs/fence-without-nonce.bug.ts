import type { PlantedBug } from '../planted-bug.js';

export const fenceWithoutNonce: PlantedBug = {
  name: 'fence-without-nonce',
  breaks: 'a fence is the task, the attempt and a small number: two calls give the same one',
  edits: [
    {
      file: 'libs/state/src/write/attempt-store.ts',
      find: 'return `${processNonce}${calls.toString(36)}-`;',
      replace: "return '';",
    },
  ],
  run: 'calm',
  expects: ['11 no fence is used twice'],
};
