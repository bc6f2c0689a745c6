import { connect } from 'node:net';

const PATIENCE_MS = 2_000;

/** The reply `$<bytes>\r\n<text>\r\n`, or null while it is not complete. */
function parseBulk(reply) {
  const headEnd = reply.indexOf('\r\n');
  if (headEnd === -1) return null;
  if (reply[0] !== 0x24) throw new Error(reply.toString('utf8', 0, headEnd));
  const start = headEnd + 2;
  const end = start + Number(reply.toString('utf8', 1, headEnd));
  return reply.length < end + 2 ? null : reply.toString('utf8', start, end);
}

function parseFields(text) {
  const lines = text.split('\r\n').filter((line) => line.includes(':'));
  return Object.fromEntries(lines.map((line) => line.split(/:(.*)/s, 2)));
}

/**
 * Asks the server on this port of 127.0.0.1 for INFO, which it answers even while it loads its data. Rejects when
 * nobody, or no Redis, answers.
 */
export function readInfo(port) {
  return new Promise((resolve, reject) => {
    const socket = connect({ host: '127.0.0.1', port });
    let reply = Buffer.alloc(0);
    // Whoever has the port may be silent, and nobody who has given up on it should wait for that.
    socket.unref();
    socket.setTimeout(PATIENCE_MS, () => socket.destroy(new Error('no answer')));
    socket.once('connect', () => socket.write('INFO\r\n'));
    socket.on('data', (chunk) => {
      reply = Buffer.concat([reply, chunk]);
      try {
        const text = parseBulk(reply);
        if (text === null) return;
        resolve(parseFields(text));
        socket.destroy();
      } catch (error) {
        socket.destroy(error);
      }
    });
    socket.once('error', reject);
    socket.once('close', () => reject(new Error('the connection was closed')));
  });
}
