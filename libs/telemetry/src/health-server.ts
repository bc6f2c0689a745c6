import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { StartRefusal } from '#libs/contracts';
import { EventLoopWatch } from './event-loop-watch.js';
import type { HealthCheck, HealthReport } from './health-check.js';
import type { Logger } from './logger.js';
import { processMetrics } from './metrics/process-metrics.js';
import type { RunningService } from './service-process.js';

const patienceMs = 1_000;
const requestMs = 5_000;

/** A check that throws or does not come back is one that failed. */
async function lookInTime({ look }: HealthCheck): Promise<HealthReport> {
  const { promise: late, resolve } = Promise.withResolvers<HealthReport>();
  const timer = setTimeout(() => resolve({ ok: false, detail: `no answer within ${patienceMs} ms` }), patienceMs);
  const looked = Promise.resolve()
    .then(look)
    .catch((error: unknown) => ({ ok: false, detail: error instanceof Error ? error.message : String(error) }));
  const first = await Promise.race([looked, late]);
  clearTimeout(timer);
  return first;
}

/** `GET /health/live` and `/health/ready` for a process without an API of its own: 200 or 503, and JSON that says why; and `/metrics`. */
class HealthServer {
  private readonly server: Server;
  private readonly eventLoop = new EventLoopWatch();
  private isDraining = false;

  constructor(private readonly checks: readonly HealthCheck[]) {
    this.server = createServer((request, response) => void this.answer(request, response));
    this.server.requestTimeout = requestMs;
  }

  /** Answers where. Throws StartRefusal when the port is taken. */
  async listen(host: string, port: number): Promise<string> {
    const listening = once(this.server, 'listening');
    this.server.listen(port, host);
    try {
      await listening;
    } catch (error) {
      this.eventLoop.stop();
      if ((error as { code?: string }).code !== 'EADDRINUSE') throw error;
      const message = `Port ${port} on ${host} is taken; stop what listens there, or set COC_HEALTH_PORT.`;
      throw new StartRefusal(message, { cause: error });
    }
    const { address, family, port: taken } = this.server.address() as AddressInfo;
    return `http://${family === 'IPv6' ? `[${address}]` : address}:${taken}`;
  }

  /** From here on it is not ready: nobody shall send it anything more. */
  drain(): void {
    this.isDraining = true;
  }

  async close(): Promise<void> {
    this.eventLoop.stop();
    this.server.close();
    this.server.closeAllConnections();
  }

  private async answer({ method, url }: IncomingMessage, response: ServerResponse): Promise<void> {
    const path = url?.split('?', 1)[0];
    if (method !== 'GET' && method !== 'HEAD') return send(response, 405, { error: 'GET only' });
    if (path === '/health/live') return report(response, { eventLoop: this.eventLoop.look() });
    if (path === '/health/ready') return report(response, await this.readiness());
    if (path === '/metrics') return sendText(response, await processMetrics().text());
    send(response, 404, { error: 'there is /health/live, /health/ready and /metrics' });
  }

  private async readiness(): Promise<Record<string, HealthReport>> {
    if (this.isDraining) return { process: { ok: false, detail: 'is shutting down' } };
    const reports = await Promise.all(this.checks.map(async (check) => [check.name, await lookInTime(check)] as const));
    return Object.fromEntries(reports);
  }
}

function report(response: ServerResponse, checks: Record<string, HealthReport>): void {
  const isOk = Object.values(checks).every(({ ok }) => ok);
  send(response, isOk ? 200 : 503, { status: isOk ? 'ok' : 'error', checks });
}

function sendText(response: ServerResponse, text: string): void {
  const type = 'text/plain; version=0.0.4; charset=utf-8';
  response.writeHead(200, { 'content-type': type, 'cache-control': 'no-store', connection: 'close' });
  response.end(text);
}

function send(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, { 'content-type': 'application/json', 'cache-control': 'no-store', connection: 'close' });
  response.end(JSON.stringify(body));
}

/** The service with its health served, when a port is given (0 takes a free one). Throws StartRefusal when it is taken, and ends the service then. */
export async function withHealthServer<Service extends RunningService>(
  service: Service,
  { host, port }: { host: string; port: number | undefined },
  logger: Logger,
): Promise<Service> {
  if (port === undefined) return service;
  const server = new HealthServer(service.checks ?? []);
  try {
    logger.info({ url: await server.listen(host, port) }, 'health is served');
  } catch (error) {
    await service.close();
    throw error;
  }
  const close = async (): Promise<void> => {
    server.drain();
    await service.close();
    await server.close();
  };
  return { ...service, close };
}
