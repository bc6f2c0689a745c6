// `node --import` this: every I/O of the process is a point where it can be made to die. It calls in at the harness's desk, and is told there.
import { connect } from 'node:net';
import { chaosNumber, chaosVariable } from '../preload/variables.js';
import { hear, tell } from './crash-wire.js';
import { Tripwire } from './tripwire.js';
import { watchFetch } from './watch-fetch.js';
import { watchFiles } from './watch-files.js';
import { watchRedis } from './watch-redis.js';

// SIGKILL to oneself is delivered before the call returns: nothing is flushed, nothing is cleaned up.
const tripwire = new Tripwire(() => process.kill(process.pid, 'SIGKILL'));
const point = chaosVariable('CHAOS_CRASH_POINT');
if (point !== undefined) tripwire.arm({ point, hit: chaosNumber('CHAOS_CRASH_HIT', 1) });

const desk = chaosVariable('CHAOS_CRASH_DESK');
if (desk !== undefined) {
  const socket = connect(desk);
  tell(socket, { kind: 'hello', name: chaosVariable('CHAOS_PROCESS') ?? '' });
  hear(socket, (request) => {
    if (request.kind === 'arm') tripwire.arm(request.order);
    tell(socket, { kind: 'counts', counts: tripwire.counts });
  });
  // The service lives and ends as it would without us.
  socket.unref();
}

watchRedis(tripwire);
watchFetch(tripwire);
await watchFiles(tripwire);
