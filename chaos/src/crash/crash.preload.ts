// `node --import` this, started with an IPC channel: every I/O of the process is a point where it can be made to die.
import { chaosNumber, chaosVariable } from '../preload/variables.js';
import type { CrashReport, CrashRequest } from './crash-wire.js';
import { Tripwire } from './tripwire.js';
import { watchFetch } from './watch-fetch.js';
import { watchFiles } from './watch-files.js';
import { watchRedis } from './watch-redis.js';

// SIGKILL to oneself is delivered before the call returns: nothing is flushed, nothing is cleaned up.
const tripwire = new Tripwire(() => process.kill(process.pid, 'SIGKILL'));
const point = chaosVariable('CHAOS_CRASH_POINT');
if (point !== undefined) tripwire.arm({ point, hit: chaosNumber('CHAOS_CRASH_HIT', 1) });
watchRedis(tripwire);
watchFetch(tripwire);
await watchFiles(tripwire);

process.on('message', (request: CrashRequest) => {
  if (request.kind === 'arm') tripwire.arm(request.order);
  process.send?.({ counts: tripwire.counts } satisfies CrashReport);
});
// The service lives and ends as it would without us; only a harness that died takes it along.
process.channel?.unref();
process.on('disconnect', () => process.exit(1));
