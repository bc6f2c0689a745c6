import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdir } from 'node:fs/promises';
import { redisServerBinary } from '#libs/config';
import { Redis } from 'ioredis';
import { findFreePort } from './free-port.js';

const readyLine = 'Ready to accept connections';

/**
 * What a Redis of the run must be able to do. One server is all of it today; a cluster or a sentinel group is another class with the
 * same members. No other file of the harness knows how many servers there are.
 */
export interface RedisHost {
  /** Where the product connects to, unless a fault hands it another address. */
  readonly url: string;
  /** A connection of the harness's own for orders and evidence. It fails at once while Redis is down. */
  readonly admin: Redis;
  start(): Promise<void>;
  kill(): Promise<void>;
  stop(): Promise<void>;
}

/** One redis-server that may be killed and started again on its port and its files. AOF with fsync at each write: what was acknowledged is not lost. */
export class SingleRedis implements RedisHost {
  private child: ChildProcess | undefined;

  private constructor(
    private readonly folder: string,
    private readonly port: number,
    readonly admin: Redis,
  ) {}

  static async open(folder: string): Promise<SingleRedis> {
    await mkdir(folder, { recursive: true });
    const port = await findFreePort();
    const admin = new Redis({
      host: '127.0.0.1',
      port,
      lazyConnect: true,
      enableOfflineQueue: false,
      maxRetriesPerRequest: 0,
      retryStrategy: () => 50,
    });
    admin.on('error', () => undefined);
    const host = new SingleRedis(folder, port, admin);
    await host.start();
    return host;
  }

  get url(): string {
    return `redis://127.0.0.1:${this.port}`;
  }

  async start(): Promise<void> {
    const network = ['--bind', '127.0.0.1', '--port', String(this.port)];
    const durability = ['--dir', this.folder, '--appendonly', 'yes', '--appendfsync', 'always', '--save', ''];
    const rest = ['--maxmemory-policy', 'noeviction', '--enable-debug-command', 'yes'];
    const child = spawn(redisServerBinary(), [...network, ...durability, ...rest], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    this.child = child;
    await waitUntilReady(child);
    if (this.admin.status === 'wait') await this.admin.connect();
    else if (this.admin.status !== 'ready') await once(this.admin, 'ready');
  }

  async kill(): Promise<void> {
    const { child } = this;
    if (!child || child.exitCode !== null || child.signalCode !== null) return;
    const ended = once(child, 'exit');
    child.kill('SIGKILL');
    await ended;
  }

  async stop(): Promise<void> {
    this.admin.disconnect();
    await this.kill();
  }
}

async function waitUntilReady(child: ChildProcess): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    let talk = '';
    child.stdout?.setEncoding('utf8').on('data', (text: string) => {
      if (talk.includes(readyLine)) return;
      talk += text;
      if (talk.includes(readyLine)) resolve();
    });
    child.once('error', reject);
    child.once('exit', (code) => reject(new Error(`redis-server ended with ${code} before it was ready: ${talk}`)));
  });
}
