import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { readFileSync, readdirSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { Spawned } from '../setup/spawned.js';

const launch = (file: string) => pathToFileURL(join(import.meta.dirname, '../../launch', file)).href;

/** An app that counts its starts in Redis, and needs Redis once more to drain; it ends with 7. */
const app = `
  import { Redis } from 'ioredis';
  const redis = new Redis(process.env.REDIS_URL);
  redis.on('error', () => undefined);
  const settings = await redis.config('GET', 'appendonly', 'maxmemory-policy', 'bind');
  const starts = await redis.incr('starts');
  process.once('SIGTERM', async () => {
    const drained = await Promise.race([redis.incr('drained'), new Promise((resolve) => redis.once('close', resolve))]);
    console.log(drained ? 'drained' : 'lost Redis');
    process.exit(7);
  });
  console.log('up', process.pid, starts, settings.join(' '));
  setInterval(() => undefined, 1000);`;

const launcher = `
  import { runOnRedis } from '${launch('server.mjs')}';
  import { explain } from '${launch('talk.mjs')}';
  await explain(() => runOnRedis(process.execPath, ['--input-type=module', '-e', ${JSON.stringify(app)}]));`;

let dataDir: string;
let started: Spawned[];

beforeEach(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'coc-launch-'));
  started = [];
});

afterEach(async () => {
  for (const launched of started) launched.signal('SIGTERM');
  await Promise.all(started.map(async (launched) => launched.ended()));
  await becomesTrue(() => runningPids().length === 0);
  await rm(dataDir, { recursive: true, force: true });
});

function start(env: Record<string, string> = {}): Spawned {
  const args = ['--input-type=module', '-e', launcher];
  const process_ = Spawned.start(process.execPath, args, { REDIS_URL: '', COC_DATA_DIR: dataDir, ...env });
  started.push(process_);
  return process_;
}

const up = async (launched: Spawned) => launched.line(/^up /);

function statOf(pid: number): { state: string; group: number } | null {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const [state, , group] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return { state: state!, group: Number(group) };
  } catch {
    return null;
  }
}

const isRunning = (pid: number) => !['Z', undefined].includes(statOf(pid)?.state);

function claimedPids(label: 'app' | 'redis'): number[] {
  const claims = readdirSync(join(dataDir, 'redis', 'running')).map((file) => file.split('.'));
  return claims.filter(([name]) => name === label).map(([, pid]) => Number(pid));
}

const runningPids = () => [...claimedPids('app'), ...claimedPids('redis')].filter(isRunning);

/** The shell that stops Redis when nobody holds its pipe any more. */
function guardOf(redisPid: number): number {
  const pids = readdirSync('/proc').map(Number).filter(Boolean);
  return pids.find((pid) => pid !== redisPid && statOf(pid)?.group === redisPid)!;
}

async function becomesTrue(isTrue: () => boolean): Promise<void> {
  const deadline = performance.now() + 20_000;
  while (!isTrue()) {
    if (performance.now() > deadline) throw new Error(`still not so: ${String(isTrue)}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

it('starts a Redis that keeps what it is told, lets the app drain before Redis stops, and ends as the app did', async () => {
  const first = start();
  expect(await up(first)).toMatch(/^up \d+ 1 /);
  expect(await up(first)).toContain('appendonly yes');
  expect(await up(first)).toContain('maxmemory-policy noeviction');
  expect(await up(first)).toContain('bind 127.0.0.1');
  first.signal('SIGTERM');
  expect(await first.ended()).toBe(7);
  expect(first.lines).toContain('drained');
  expect(runningPids()).toEqual([]);

  expect(await up(start())).toMatch(/^up \d+ 2 /);
});

it('refuses a second start on the same data folder in one sentence', async () => {
  const first = start();
  await up(first);
  const second = start();
  expect(await second.ended()).toBe(1);
  expect(second.errors).toEqual([
    `Process ${first.child.pid} already runs on the data folder ${join(dataDir, 'redis')}: stop it first, or set COC_DATA_DIR to another folder.`,
  ]);
});

it('lets one of three that start at once have the data folder', async () => {
  const all = [start(), start(), start()];
  await Promise.any(all.map(up));
  await becomesTrue(() => all.filter(({ child }) => child.exitCode === null).length === 1);
  expect(claimedPids('redis').filter(isRunning)).toHaveLength(1);
});

it('leaves nothing behind when the launcher is killed: the app drains, and Redis follows it', async () => {
  const first = start();
  await up(first);
  await first.kill();
  await first.line(/^drained$/);
  await becomesTrue(() => runningPids().length === 0);
  expect(await up(start())).toMatch(/^up \d+ 2 /);
});

it('stops the Redis that was left without its guard before it starts another on the same data', async () => {
  const first = start();
  await up(first);
  const [redisPid] = claimedPids('redis');
  process.kill(guardOf(redisPid!), 'SIGKILL');
  await first.kill();
  await first.line(/^drained$/);
  expect(isRunning(redisPid!)).toBe(true);

  expect(await up(start())).toMatch(/^up \d+ 2 /);
  expect(isRunning(redisPid!)).toBe(false);
});

it('says so and fails when its Redis dies', async () => {
  const first = start();
  await up(first);
  process.kill(claimedPids('redis')[0]!, 'SIGKILL');
  expect(await first.ended()).toBe(1);
  expect(first.errors.join('\n')).toMatch(/Redis ended with SIGKILL; its last words are in .*redis\.log\./);
});

it('fails in one sentence on a busy port that was asked for', async () => {
  const other = createServer((socket) => socket.destroy());
  await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
  const { port } = other.address() as AddressInfo;
  const refused = start({ COC_REDIS_PORT: String(port) });
  expect(await refused.ended()).toBe(1);
  expect(refused.errors.at(-1)).toMatch(new RegExp(`^Port ${port} is busy: `));
  await new Promise((resolve) => other.close(resolve));
});
