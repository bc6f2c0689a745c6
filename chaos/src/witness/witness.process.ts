import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { text } from 'node:stream/consumers';
import { Ledger } from './ledger.js';
import { Testimony } from './ledger-line.js';

/** `PORT LEDGER`: what happened outside Redis, written down by somebody who knows nothing of it. */
const [port, path] = process.argv.slice(2) as [string, string];
const ledger = await Ledger.open(path);

async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const testimony = Testimony.safeParse(JSON.parse(await text(request)));
  if (!testimony.success) {
    response.writeHead(400).end(testimony.error.message);
    return;
  }
  const said = JSON.stringify(await ledger.add(testimony.data));
  response.writeHead(200, { 'content-type': 'application/json' }).end(said);
}

const server = createServer((request, response) => {
  answer(request, response).catch((error: unknown) => response.writeHead(500).end(String(error)));
});
// A worker that was stopped for 45 s goes on with the connection it had.
server.keepAliveTimeout = 120_000;
server.listen(Number(port), '127.0.0.1');
