import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { redisServerBinary } from '#libs/config';

/** A Redis of the test's own: loopback, AOF on, `noeviction`, data in a temporary folder that `stop` removes. */
export interface TestRedis {
  url: string;
  port: number;
  /** The process, for tests that stop or kill it. */
  process: ChildProcess;
  stop(): Promise<void>;
}

const readyLine = /Ready to accept connections|\+monitor master/;
const bindAttempts = 5;

async function findFreePort(): Promise<number> {
  const probe = createServer();
  await new Promise<void>((resolve) => probe.listen(0, '127.0.0.1', resolve));
  const { port } = probe.address() as AddressInfo;
  await new Promise((resolve) => probe.close(resolve));
  return port;
}

/** PEM files; clients must show a certificate of the same authority. */
export interface TestTls {
  cert: string;
  key: string;
}

function portOf(port: number, tls: TestTls | undefined): string[] {
  if (!tls) return ['--port', String(port)];
  const files = ['--tls-cert-file', tls.cert, '--tls-key-file', tls.key, '--tls-ca-cert-file', tls.cert];
  return ['--port', '0', '--tls-port', String(port), ...files];
}

function settingsOf(port: number, folder: string, tls: TestTls | undefined): string[] {
  const network = ['--bind', '127.0.0.1', ...portOf(port, tls)];
  const durability = ['--dir', folder, '--appendonly', 'yes', '--save', '', '--maxmemory-policy', 'noeviction'];
  return [...network, ...durability];
}

/** Resolves once the server accepts connections; rejects with its own words when it ends before that. */
function waitUntilReady(child: ChildProcess): Promise<void> {
  return new Promise((resolve, reject) => {
    let talk = '';
    child.stdout?.setEncoding('utf8').on('data', (text: string) => {
      talk += text;
      if (readyLine.test(talk)) resolve();
    });
    child.once('error', reject);
    child.once('exit', (code) => reject(new Error(`redis-server ended with ${code} before it was ready: ${talk}`)));
  });
}

async function endProcess(child: ChildProcess): Promise<void> {
  if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
  const ended = new Promise((resolve) => child.once('exit', resolve));
  // SIGKILL: the data is thrown away, and it also ends a server that a test has stopped with SIGSTOP.
  child.kill('SIGKILL');
  await ended;
}

async function startOnce(argsOf: (port: number, folder: string) => string[]): Promise<TestRedis> {
  const port = await findFreePort();
  const folder = await mkdtemp(join(tmpdir(), 'coc-redis-'));
  const child = spawn(redisServerBinary(), argsOf(port, folder), { stdio: ['ignore', 'pipe', 'inherit'] });
  const stop = async () => {
    await endProcess(child);
    await rm(folder, { recursive: true, force: true });
  };
  try {
    await waitUntilReady(child);
  } catch (error) {
    await stop();
    throw error;
  }
  return { url: `redis://127.0.0.1:${port}`, port, process: child, stop };
}

/** Starts a server with the given further arguments. */
export async function startRedis(options: { args?: readonly string[]; tls?: TestTls } = {}): Promise<TestRedis> {
  const { args = [], tls } = options;
  const server = await startOnFreePort((port, folder) => [...settingsOf(port, folder, tls), ...args]);
  return tls ? { ...server, url: server.url.replace('redis:', 'rediss:') } : server;
}

/** A Sentinel by its configuration file, which it rewrites. */
export async function startSentinel(file: string): Promise<TestRedis> {
  return startOnFreePort((port) => [file, '--sentinel', '--port', String(port), '--bind', '127.0.0.1']);
}

/** Redis has no port 0, so another process may take the free port first: then the next one is tried. */
async function startOnFreePort(argsOf: (port: number, folder: string) => string[]): Promise<TestRedis> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await startOnce(argsOf);
    } catch (error) {
      const isTaken = error instanceof Error && error.message.includes('Address already in use');
      if (!isTaken || attempt >= bindAttempts) throw error;
    }
  }
}
