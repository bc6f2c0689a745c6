import Sequencer from '@jest/test-sequencer';

/** A quarter of an hour, in a small file: without a cache Jest would begin it last, when nothing is left to run beside it. */
const longest = /crash-points\.test\.ts$/;

export default class LongestFirst extends Sequencer {
  sort(tests) {
    // oxlint-disable-next-line unicorn/no-array-sort -- Jest's own method, not an array's.
    const ordered = super.sort(tests);
    const isFirst = ({ path }) => longest.test(path);
    return [...ordered.filter(isFirst), ...ordered.filter((test) => !isFirst(test))];
  }
}
