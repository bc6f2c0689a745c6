import type { PlantedBug } from '../planted-bug.js';

export const fenceWithoutNonce: PlantedBug = {
  name: 'fence-without-nonce',
  breaks:
    'a fence is the task, its attempt and a number within the call: whoever grants an attempt again gives it the same one',
  edits: [
    {
      file: 'libs/state/src/write/attempt-store.ts',
      find: 'return `${processNonce}${calls.toString(36)}-`;',
      replace: "return 'n0000000000000000-';",
    },
  ],
  run: 'calm',
  expects: ['11 no fence is used twice'],
};
