import { mkdtemp, readFile, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { startRedis, type TestRedis } from '#libs/testing';
import { Redis } from 'ioredis';
import { Spawned } from '../setup/spawned.js';

const root = join(import.meta.dirname, '../..');
const preloads = join(root, 'dist/chaos/src');
let server: TestRedis;
let direct: Redis;
let folder: string;

beforeAll(async () => {
  server = await startRedis();
  direct = new Redis(server.url);
  folder = await mkdtemp(join(tmpdir(), 'coc-preloads-'));
});

afterAll(async () => {
  direct.disconnect();
  await server.stop();
  await rm(folder, { recursive: true, force: true });
});

/** Runs a program under a preload; `redis` and `folder` are there for it. */
async function run(
  preload: string,
  program: string,
  env: Record<string, string>,
): Promise<{ end: number | string; lines: string[] }> {
  const begin = `import { Redis } from 'ioredis'; const redis = new Redis('${server.url}'); const folder = '${folder}';`;
  const words = [
    '--import',
    join(preloads, preload),
    '--input-type=module',
    '-e',
    `${begin}\n${program}\nredis.disconnect();`,
  ];
  const process_ = Spawned.start(process.execPath, words, env, root);
  const end = await process_.ended();
  return { end, lines: process_.lines };
}

describe('the clock preload', () => {
  it('makes a process live five minutes ago, and leap', async () => {
    const program = `for (let n = 0; n < 2; n += 1) { console.log(Date.now()); await redis.blpop('nothing', 0.6); }`;
    const env = { CHAOS_CLOCK_SKEW_MS: '-300000', CHAOS_CLOCK_JUMP_MS: '600000', CHAOS_CLOCK_JUMP_EVERY_MS: '1000000' };
    const calm = await run('clock/clock.preload.js', program, env);
    const leaping = await run('clock/clock.preload.js', program, { ...env, CHAOS_CLOCK_JUMP_EVERY_MS: '1' });
    const now = Date.now();
    for (const line of calm.lines) expect(Math.abs(Number(line) + 300_000 - now)).toBeLessThan(60_000);
    for (const line of leaping.lines)
      expect([-300_000, 300_000].some((skewMs) => Math.abs(Number(line) - skewMs - now) < 60_000)).toBe(true);
  });
});

describe('the crash preload', () => {
  const program = `await redis.incr('n'); await redis.incr('n'); console.log('alive');`;

  it.each([
    ['before incr n', '1', '0'],
    ['after incr n', '1', '1'],
    ['before incr n', '2', '1'],
    ['after incr n', '2', '2'],
  ])('ends the process %s, the %s. time, and what it did is %s', async (point, hit, n) => {
    await direct.set('n', '0');
    const ended = await run('crash/crash.preload.js', program, { CHAOS_CRASH_POINT: point, CHAOS_CRASH_HIT: hit });
    expect(ended).toEqual({ end: 'SIGKILL', lines: [] });
    expect(await direct.get('n')).toBe(n);
  });

  it('lets a process live that does not come by there', async () => {
    const ended = await run('crash/crash.preload.js', program, { CHAOS_CRASH_POINT: 'before incr m' });
    expect(ended).toEqual({ end: 0, lines: ['alive'] });
  });

  it('knows both sides of a change of a file', async () => {
    const write = `const { rename, writeFile } = await import('node:fs/promises');
      await writeFile(folder + '/a.draft', 'x'); await rename(folder + '/a.draft', folder + '/a.done');`;
    await run('crash/crash.preload.js', write, { CHAOS_CRASH_POINT: 'before file rename a.draft' });
    expect(await readdir(folder)).toEqual(['a.draft']);
    await run('crash/crash.preload.js', write, { CHAOS_CRASH_POINT: 'after file rename a.draft' });
    expect(await readdir(folder)).toEqual(['a.done']);
  });
});

describe('the delivery preload', () => {
  it('delivers late or twice what XREADGROUP brings, and says how often', async () => {
    for (const n of [1, 2, 3, 4, 5, 6]) await direct.xadd('s', `${n}-0`, 'n', String(n));
    await direct.xgroup('CREATE', 's', 'g', '0');
    const program = `for (let n = 0; n < 8; n += 1) {
        const reply = await redis.xreadgroup('GROUP', 'g', 'me', 'COUNT', 1, 'STREAMS', 's', '>');
        for (const [, entries] of reply ?? []) for (const [id] of entries) console.log(id);
      }`;
    const counts = join(folder, 'counts');
    const env = { CHAOS_DELIVERY_SHARE: '1', CHAOS_DELIVERY_SEED: '3', CHAOS_DELIVERY_COUNTS: counts };
    const { lines } = await run('delivery/delivery.preload.js', program, env);
    const told = (await readFile(counts, 'utf8'))
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as { doubled: number; late: number });
    const sum = (name: 'doubled' | 'late') => told.reduce((all, each) => all + each[name], 0);
    expect(new Set(lines).size).toBe(6);
    expect(lines).toHaveLength(6 + sum('doubled'));
    expect(sum('doubled') + sum('late')).toBe(6);
    expect(sum('late')).toBeGreaterThan(0);
  });
});
