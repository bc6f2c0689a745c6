import { once } from 'node:events';
import { type RequestListener, createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface TestHttpServer extends AsyncDisposable {
  url: string;
  port: number;
  /** Breaks every connection, as a process that is killed does. */
  cutAll(): void;
}

/** A real HTTP server on the loopback; on a free port unless one is given, to come back where one was. */
export async function startHttpServer(onRequest: RequestListener, port = 0): Promise<TestHttpServer> {
  const server = createServer(onRequest);
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  const bound = (server.address() as AddressInfo).port;
  return {
    url: `http://127.0.0.1:${bound}`,
    port: bound,
    cutAll: () => server.closeAllConnections(),
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}
