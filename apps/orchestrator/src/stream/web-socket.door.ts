import { ServerResponse, type IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import { WebSocketServer, type WebSocket } from 'ws';
import { CocError } from '#libs/contracts';

/** Nobody has anything to say to us on a stream. */
const maxMessageBytes = 1_024;
/** What a server may choose, so that a credential that was offered as a protocol is not said back. */
const ourProtocol = 'coc.events';
const credentialPrefix = 'bearer.';
const wsPath = /^(\/api\/v1)?\/ws(\/directives(\/[^/?]*)?)?(\?|$)/;

interface Upgrade {
  socket: Socket;
  head: Buffer;
}

/** Node asks before it lets a request leave HTTP. */
export function asksForWebSocket({ method, headers, url = '' }: IncomingMessage): boolean {
  return method === 'GET' && headers.upgrade?.toLowerCase() === 'websocket' && wsPath.test(url);
}

/**
 * A browser cannot send `Authorization` with a WebSocket: it offers its credential as a protocol, `bearer.<credential>`. From here on it is
 * the header, where the guard looks for it, and is nowhere else.
 */
function takeCredential({ headers }: IncomingMessage): void {
  const offered = (headers['sec-websocket-protocol'] ?? '').split(',').map((name) => name.trim());
  const credential = offered.find((name) => name.startsWith(credentialPrefix));
  if (credential === undefined) return;
  headers.authorization ??= `Bearer ${credential.slice(credentialPrefix.length)}`;
  headers['sec-websocket-protocol'] = offered.filter((name) => !name.startsWith(credentialPrefix)).join(', ');
  if (headers['sec-websocket-protocol'] === '') delete headers['sec-websocket-protocol'];
}

/** Lets a request to become a WebSocket through the same routes, guards and problems as any other, and makes the WebSocket at their end. */
export class WebSocketDoor {
  private readonly upgrades = new WeakMap<IncomingMessage, Upgrade>();
  private readonly server = new WebSocketServer({
    noServer: true,
    clientTracking: false,
    maxPayload: maxMessageBytes,
    handleProtocols: (offered) => offered.has(ourProtocol) && ourProtocol,
  });

  constructor(private readonly options: { allowedOrigins: readonly string[] }) {}

  attach({ server, routing }: { server: NodeJS.EventEmitter; routing: (req: never, res: never) => void }): void {
    server.on('upgrade', (request: IncomingMessage, socket: Socket, head: Buffer) => {
      this.upgrades.set(request, { socket, head });
      takeCredential(request);
      const response = new ServerResponse(request);
      response.shouldKeepAlive = false;
      socket.on('error', () => undefined);
      response.assignSocket(socket);
      // A refusal: the connection is no HTTP connection any more that could take another request.
      response.on('finish', () => socket.end());
      routing(request as never, response as never);
    });
  }

  /** Throws UPGRADE_REQUIRED or FORBIDDEN. */
  check(request: IncomingMessage): void {
    if (!this.upgrades.has(request)) {
      throw new CocError('UPGRADE_REQUIRED', 'this is a WebSocket; over HTTP the same is GET /api/v1/events/stream');
    }
    const { origin, host } = request.headers;
    if (origin !== undefined && !this.isWelcome(origin, host)) {
      throw new CocError('FORBIDDEN', 'a page of another site may not open this WebSocket');
    }
  }

  /** undefined when the client is gone. After this, or its refusal, nothing can be answered over HTTP. */
  async open(request: IncomingMessage, response: ServerResponse): Promise<WebSocket | undefined> {
    const { socket, head } = this.upgrades.get(request)!;
    this.upgrades.delete(request);
    response.detachSocket(socket);
    if (socket.destroyed) return undefined;
    const { promise, resolve } = Promise.withResolvers<WebSocket | undefined>();
    // ws answers a handshake that is none by itself, and then calls nobody back.
    socket.once('close', () => resolve(undefined));
    this.server.handleUpgrade(request, socket, head, resolve);
    return promise;
  }

  private isWelcome(origin: string, host: string | undefined): boolean {
    if (this.options.allowedOrigins.includes(origin)) return true;
    return URL.canParse(origin) && host !== undefined && new URL(origin).host === host.toLowerCase();
  }
}
