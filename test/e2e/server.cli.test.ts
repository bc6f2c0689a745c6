import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { sampleId as id } from '../../apps/cli/src/progress/sample-directive.js';
import { answersFor, completed } from './recorded-answers.js';
import { deadUrl, startRecordedServer } from './recorded-server.js';
import { runCoc, runCocOn } from './spawned-cli.js';

let dataDir: string;
beforeAll(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'coc-data-'));
});
afterAll(() => rm(dataDir, { recursive: true }));

describe('coc doctor', () => {
  it('prints one ok line a check and exits 0', async () => {
    const end = await runCocOn(answersFor(completed), ['doctor']);
    expect(end.code).toBe(0);
    expect(end.stdout.split('\n').map((line) => line.slice(0, 17).trim())).toEqual([
      'ok      node',
      'ok      server',
      'ok      ready',
      'ok      redis',
      'ok      artifacts',
      'ok      actions',
      '',
    ]);
  });

  it('prints each failure with its next step and exits non-zero', async () => {
    const down = {
      status: 'error',
      details: {
        redis: { status: 'down' },
        reader: { status: 'up' },
        artifacts: { status: 'down', detail: 'no disk' },
      },
    };
    const answers = {
      'GET /api/v1/health/ready': { status: 503, body: down },
      'GET /api/v1/actions': { body: { items: [] } },
    };
    const end = await runCocOn(answers, ['doctor']);
    expect(end.code).toBe(1);
    expect(end.stdout).toMatch(/^FAILED {2}artifacts {2}no disk; next: .*COC_ARTIFACTS.*$/m);
    expect(end.stdout).toMatch(/^FAILED {2}ready .*503; down: redis, artifacts; next: .+$/m);
    expect(end.stdout).toMatch(/^FAILED {2}redis .*; next: .*REDIS_URL.*$/m);
    expect(end.stdout).toMatch(/^FAILED {2}actions .*; next: .*coc actions apply FILE.*$/m);
  });

  it('exits 3 without a server', async () => {
    const end = await runCoc(['doctor', '-o', 'json'], { env: { COC_URL: await deadUrl() } });
    expect(end.code).toBe(3);
    const { checks } = JSON.parse(end.stdout) as {
      checks: { check: string; isOk: boolean; next: string | null }[];
    };
    expect(checks.filter(({ isOk }) => !isOk).map(({ check }) => check)).toEqual([
      'server',
      'ready',
      'redis',
      'actions',
    ]);
    expect(checks.every(({ isOk, next }) => isOk || next !== null)).toBe(true);
  });
});

describe('the server of a command', () => {
  it('is that of --url, else of COC_URL, else of the running server of the data folder', async () => {
    await using server = await startRecordedServer(answersFor(completed));
    await writeFile(join(dataDir, 'server.json'), JSON.stringify({ url: server.url, pid: 1 }));
    const list = async (args: string[], env: Record<string, string>) => (await runCoc(['list', ...args], { env })).code;
    const dead = await deadUrl();
    expect(await list([], { COC_DATA_DIR: dataDir })).toBe(0);
    expect(await list([], { COC_DATA_DIR: dataDir, COC_URL: dead })).toBe(3);
    expect(await list(['--url', `${server.url}/`], { COC_DATA_DIR: dataDir, COC_URL: dead })).toBe(0);
  });

  it('that does not answer gives exit code 3, names where its address came from and what to do', async () => {
    const url = await deadUrl();
    const end = await runCoc(['list'], { env: { COC_URL: url } });
    expect(end).toMatchObject({ code: 3, stdout: '' });
    expect(end.stderr).toContain(`coc: no answer from ${url} (address from COC_URL): `);
    expect(end.stderr).toContain('coc up');
  });

  it('that is not ours gives exit code 1', async () => {
    const end = await runCocOn({ 'GET /api/v1/directives': { body: '<html>' } }, ['list']);
    expect(end.code).toBe(1);
    expect(end.stderr).toContain('something that is not the coc API');
  });

  it('may be newer and say more than this CLI knows', async () => {
    const newer = { [`GET /api/v1/directives/${id}`]: { body: { ...completed, mood: 'fine' } } };
    expect(await runCocOn(answersFor(completed, newer), ['status', id])).toMatchObject({ code: 0 });
  });
});
