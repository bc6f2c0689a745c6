// Preloaded into the app. The launcher holds the other end of a pipe; when the launcher is killed, the app drains and
// ends too, instead of holding its port and its Redis for ever.
import { Socket } from 'node:net';
import { isMainThread } from 'node:worker_threads';

const fd = Number(process.env.COC_LAUNCHER_FD);
// Processes that the app starts inherit the options of Node, but not this descriptor.
delete process.env.COC_LAUNCHER_FD;

if (isMainThread && fd > 0) {
  const launcher = new Socket({ fd, readable: true, writable: false });
  launcher.on('error', () => {});
  launcher.once('close', () => process.kill(process.pid, 'SIGTERM'));
  launcher.resume();
  launcher.unref();
}
