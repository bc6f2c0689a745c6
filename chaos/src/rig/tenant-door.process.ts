import 'reflect-metadata';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { text } from 'node:stream/consumers';
import { bootOrchestrator } from '#apps/orchestrator';
import { loadEnv } from '#libs/config';
import { SubmitDirective } from '#libs/contracts';
import { createLogger, runServiceProcess } from '#libs/telemetry';

/**
 * `PORT`: an orchestrator as it always is, and beside its API a door for other tenants: `POST /<tenant>/api/v1/directives`. The API itself
 * knows one tenant as long as nobody logs in.
 */
const [port] = process.argv.slice(2) as [string];
const env = loadEnv();
const orchestrator = await runServiceProcess(async () =>
  bootOrchestrator(env, createLogger('tenant-door', env.logLevel)),
);

async function submit(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const tenant = request.url!.split('/')[1]!;
  const idempotencyKey = String(request.headers['idempotency-key']);
  const body = SubmitDirective.parse(JSON.parse(await text(request)));
  const principal = { tenant, actor: 'chaos', roles: ['admin' as const] };
  const { id } = await orchestrator.ingress.submit({ body, principal, idempotencyKey });
  response.writeHead(202, { 'content-type': 'application/json' }).end(JSON.stringify({ id }));
}

const server = createServer((request, response) => {
  // Whatever went wrong, the client sends it again: what it sends is in order.
  submit(request, response).catch((error: unknown) => response.writeHead(503).end(String(error)));
});
server.listen(Number(port), '127.0.0.1');
