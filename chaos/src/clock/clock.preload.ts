// `node --import` this: the process lives by another clock. Timers and performance.now() go on as they are, as on a host whose clock is wrong.
import { chaosNumber } from '../preload/variables.js';
import { offsetAt, skewedDate } from './skewed-date.js';

const fault = {
  skewMs: chaosNumber('CHAOS_CLOCK_SKEW_MS', 0),
  jumpMs: chaosNumber('CHAOS_CLOCK_JUMP_MS', 0),
  jumpEveryMs: chaosNumber('CHAOS_CLOCK_JUMP_EVERY_MS', 0),
};
globalThis.Date = skewedDate(Date, () => offsetAt(fault, performance.now()));
