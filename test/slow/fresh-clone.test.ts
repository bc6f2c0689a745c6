import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { Spawned } from '../setup/spawned.js';
import { root } from '../e2e/services.js';

const run = promisify(execFile);
const minutes = 60_000;
let folder: string;
let clone: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'coc-clone-'));
  clone = join(folder, 'clone');
  await run('git', ['clone', '-q', root, clone]);
});

afterAll(async () => rm(folder, { recursive: true, force: true }));

it(
  'goes from a bare clone with an empty package cache to COMPLETED by one command',
  async () => {
    const env = { npm_config_cache: join(folder, 'cache'), COC_PORT: '0' };
    const start = Spawned.startAfresh('npm', ['start', '--', '--once'], env, clone);
    expect(await start.ended()).toBe(0);
    const said = start.lines.join('\n');
    expect(said).toContain('indexed');
    expect(said).toContain('How is a lost worker detected?');
    expect(said).toContain('/docs');
    expect([...start.lines, ...start.errors].some((line) => line.includes('directive.completed'))).toBe(true);
  },
  15 * minutes,
);
