import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Spawned } from '../setup/spawned.js';
import { Services, root } from './services.js';

let services: Services;

beforeAll(async () => {
  services = await Services.open({ COC_SHARDS: '4' });
  await services.startAll();
});

afterAll(async () => services.close());

async function coc(...args: string[]): Promise<{ code: number | string; stdout: string; stderr: string }> {
  const command = [join(root, 'dist/apps/cli/src/main.js'), ...args, '--url', services.url];
  const env = { COC_DATA_DIR: services.dataDir, XDG_STATE_HOME: services.dataDir };
  const cli = Spawned.start(process.execPath, command, env);
  const code = await cli.ended();
  return { code, stdout: cli.lines.join('\n'), stderr: cli.errors.join('\n') };
}

/** The fixture, with the folder of this checkout in it. */
async function fillFolder(): Promise<string> {
  const text = await readFile(join(root, 'examples/index-docs.yaml'), 'utf8');
  const file = join(services.dataDir, 'index-docs.yaml');
  await writeFile(file, text.replace('FOLDER', join(root, 'docs')));
  return file;
}

describe('three services over HTTP', () => {
  it('index a folder of Markdown and answer a question from it', async () => {
    const id = await services.submit({
      workflow: 'docs.index',
      input: { folder: join(root, 'docs'), question: 'How is a lost worker detected?' },
    });
    expect(await services.finished(id)).toMatchObject({ state: 'COMPLETED', tasks: { open: 0, failed: 0 } });
    const output = (await services.output(id)) as {
      report: { documents: number; markdownArtifact: string };
      answer: { passages: object[] };
    };
    expect(output.report.documents).toBeGreaterThan(1);
    expect(output.answer.passages.length).toBeGreaterThan(0);
    const report = await fetch(`${services.url}/api/v1/artifacts/${id}.${output.report.markdownArtifact}`, {
      headers: await services.owner(),
    });
    expect(report.status).toBe(200);
    expect(await report.text()).toContain('#');
  });

  it('plan an intent in plain words', async () => {
    const id = await services.submit({ intent: `index the markdown documents in ${join(root, 'docs')}` });
    expect(await services.finished(id)).toMatchObject({ state: 'COMPLETED', workflow: 'docs.index' });
  });

  it('end an intent that nothing fits with the reason', async () => {
    const id = await services.submit({ intent: 'paint my bicycle green' });
    const view = await services.finished(id);
    expect(view.state).toBe('FAILED');
    expect(view.error?.message).not.toBe('');
  });

  it('serve an action by a worker without our libraries, registered over HTTP', async () => {
    const published = await services.send('PUT', '/actions/foreign.echo', {
      effect: 'pure',
      input: { type: 'object', required: ['text'] },
    });
    expect(published.status).toBe(200);
    for (let shard = 0; shard < 4; shard += 1) {
      const worker = Spawned.start(process.execPath, [
        join(root, 'test/setup/plain-worker.mjs'),
        services.redis.url,
        `{coc:${shard}}`,
        `foreign.echo.${shard}`,
        '{}',
        'echo',
      ]);
      services.processes.push(worker);
      await worker.line(/^ready$/);
    }
    const id = await services.submit({ tasks: [{ id: 'say', action: 'foreign.echo', input: { text: 'hello' } }] });
    expect(await services.finished(id)).toMatchObject({ state: 'COMPLETED' });
    expect(await services.output(id)).toEqual({ text: 'hello' });
    const refused = await services.send('POST', '/directives', {
      tasks: [{ id: 'say', action: 'foreign.echo', input: {} }],
    });
    expect(refused).toMatchObject({ status: 422, body: { code: 'INPUT_INVALID' } });
  });

  it('obey the command line', async () => {
    const run = await coc('run', await fillFolder(), '--watch');
    expect({ code: run.code, stderr: run.stderr.includes('directive.completed') }).toEqual({ code: 0, stderr: true });
    expect(JSON.parse(run.stdout)).toMatchObject({ documents: expect.any(Number) });
    const listed = await coc('actions', 'list', '-o', 'json');
    expect(listed.stdout).toContain('rag.embed');
    const doctor = await coc('doctor');
    expect(doctor).toMatchObject({ code: 0 });
    const missing = await coc('status', 'd0_01ARZ3NDEKTSV4RRFFQ69G5FAV');
    expect(missing.code).toBe(4);
  });

  it('show what they have: tasks, plan, state, queues, workers, events, artifacts, children', async () => {
    const run = await coc('run', await fillFolder(), '--wait');
    expect(run.code).toBe(0);
    const json = async <T>(...args: string[]): Promise<T> => JSON.parse((await coc(...args, '-o', 'json')).stdout) as T;
    const { directive } = await json<{ directive: { id: string } }>('status', '@last');
    const { items: tasks } = await json<{ items: { id: string; state: string }[] }>('task', 'list', '@last');
    expect(tasks.every(({ state }) => state === 'succeeded')).toBe(true);
    const part = directive.id.slice(-6).toLowerCase();
    expect(await json('task', 'get', part, tasks[0]!.id)).toMatchObject({ id: tasks[0]!.id });
    expect(await json('stats', part)).toMatchObject({ tasks: { succeeded: tasks.length } });
    expect((await coc('events', '@last', '-o', 'jsonl')).stdout.split('\n')[0]).toContain('directive.accepted');
    const { output } = await json<{ output: { markdownArtifact: string } }>('output', '@last');
    expect((await coc('artifact', `@last.${output.markdownArtifact}`)).stdout).toContain('#');
    expect((await coc('replay', '@last')).stdout).toMatch(/completed/i);
    expect(await json('children', part)).toMatchObject({ items: [] });
    expect(await json('state')).toMatchObject({ shards: { used: 4 }, queues: { ready: 0 } });
    expect((await coc('queues')).stdout).toContain('rag.embed');
    expect((await coc('workers')).stdout).toContain('rag.embed');
    expect(await coc('run', await fillFolder(), '--timeout', '1s')).toMatchObject({ code: 2 });
    expect(await coc('retry', part, '--dry-run', '--wait')).toMatchObject({ code: 2 });
  });

  it('keep keys and webhooks', async () => {
    const made = await coc('keys', 'create', '--name', 'reader', '--role', 'viewer');
    expect(made.stdout).toMatch(/^coc_[0-9a-f]{16}_/);
    expect((await coc('keys', 'list')).stdout).toContain('reader');
    expect(await coc('cancel', '@last', '--api-key', made.stdout)).toMatchObject({ code: 1 });
    expect(await coc('keys', 'revoke', made.stdout.split('_')[1]!)).toMatchObject({ code: 0 });
    expect(await coc('webhooks', 'create', 'http://169.254.169.254/')).toMatchObject({ code: 2 });
    expect((await coc('webhooks', 'list', '-o', 'json')).stdout).toContain('"items": []');
  });

  it('drain and exit 0 on SIGTERM', async () => {
    const ours = services.processes.slice(0, 3);
    for (const service of ours) service.signal('SIGTERM');
    expect(await Promise.all(ours.map(async (service) => service.ended()))).toEqual([0, 0, 0]);
  });
});
