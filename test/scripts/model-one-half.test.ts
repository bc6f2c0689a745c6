import { it } from '@jest/globals';
import { explore, exploreTimeoutMs } from './model/explore.js';

it(
  'whatever is done to a few directives at once keeps every invariant, and comes to rest',
  async () => explore(0),
  exploreTimeoutMs,
);
