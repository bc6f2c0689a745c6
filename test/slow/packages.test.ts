import { execFile } from 'node:child_process';
import { mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { sampleId as id } from '../../apps/cli/src/progress/sample-directive.js';
import { answersFor, completed } from '../e2e/recorded-answers.js';
import { startRecordedServer } from '../e2e/recorded-server.js';
import { Services, root } from '../e2e/services.js';
import { Spawned } from '../setup/spawned.js';

const run = promisify(execFile);

const caller = `
import { ApiError, CocClient, type Schemas } from '@coc/client';

const client = new CocClient({ url: process.argv[2]!, saidBy: 'the program' });
const accepted = await client.call('submitDirective', { body: { tasks: [{ id: 'embed', action: 'rag.embed' }] } });
const directive: Schemas['Directive'] = await client.call('getDirective', { id: accepted.id });
const types: string[] = [];
for await (const event of client.followEvents(accepted.id, { after: 0 })) types.push(event.type);
const refusal: unknown = await client.call('getBudget', { id: accepted.id }).catch((error: unknown) => error);
console.log(JSON.stringify({ state: directive.state, types, code: refusal instanceof ApiError && refusal.code }));
`;

const worker = `
import { ActionError, defineAction, serveActions, type ActionContext } from '@coc/worker';
import { z } from 'zod';

const options = { effect: 'pure', input: z.strictObject({ text: z.string() }), output: z.object({ words: z.number() }) } as const;
const count = defineAction('text.count', options, ({ text }, context: ActionContext) => {
  context.log('counting');
  if (text === '') throw new ActionError('TEXT_EMPTY', 'there is nothing to count');
  return { words: text.split(' ').length };
});
await serveActions([count]);
`;

const submitter = `
import { CocClient, findServer } from '@coc/client';
import { SubmitDirective } from '@coc/contracts';

const server = await findServer({ variable: process.argv[2]!, dataDir: process.argv[3]! });
const client = new CocClient(server);
const tasks = ['one two three', ''].map((text, at) => ({ id: 'count' + at, action: 'text.count', optional: true, input: { text } }));
const { id } = await client.submit(SubmitDirective.parse({ tasks }));
for await (const { type } of client.followEvents(id, { after: 0 })) if (type === 'directive.completed') break;
const [counted, refused] = await client.listTasks(id);
const output = await client.call('getOutput', { id });
console.log(JSON.stringify({ states: [counted!.state, refused!.state], code: refused!.error?.code, output: output.output }));
`;

let project: string;
const inProject = (name: string): string => join(project, 'node_modules', '@coc', name);

async function compile(): Promise<void> {
  const compiler = join(root, 'node_modules', 'typescript', 'bin', 'tsc');
  const settings = ['--strict', '--target', 'es2024', '--module', 'nodenext', '--types', 'node', '--skipLibCheck'];
  const types = ['--typeRoots', join(root, 'node_modules', '@types')];
  const files = ['caller.ts', 'worker.ts', 'submitter.ts'];
  await run(process.execPath, [compiler, ...settings, ...types, ...files], { cwd: project }).catch((error: unknown) => {
    throw new Error((error as { stdout: string }).stdout);
  });
}

beforeAll(async () => {
  project = await mkdtemp(join(tmpdir(), 'coc-packages-'));
  const { stdout } = await run(process.execPath, [join(root, 'launch', 'pack.mjs')], { cwd: root });
  const tarballs = stdout.trim().split('\n').slice(-3);
  await writeFile(join(project, 'package.json'), '{ "type": "module", "private": true }');
  await run('npm', ['install', '--prefer-offline', '--no-audit', '--no-fund', '--loglevel=error', ...tarballs], {
    cwd: project,
  });
  await Promise.all(
    Object.entries({ caller, worker, submitter }).map(([name, text]) => writeFile(join(project, `${name}.ts`), text)),
  );
  await compile();
}, 600_000);
afterAll(() => rm(project, { recursive: true, force: true }));

it.each([
  ['contracts', ['zod']],
  ['client', ['@coc/contracts', 'eventsource-parser', 'zod']],
  [
    'worker',
    expect.arrayContaining(['@coc/contracts', '@nestjs/core', 'bullmq', 'ioredis', 'reflect-metadata', 'zod']),
  ],
])('%s holds nothing that only this repository can resolve, and names what it imports', async (name, dependencies) => {
  const files = (await readdir(inProject(name), { recursive: true })).filter((path) => /\.(js|d\.ts)$/.test(path));
  for (const path of files.filter((file) => !file.includes('node_modules')))
    expect(await readFile(join(inProject(name), path), 'utf8')).not.toMatch(/['"]#(libs|apps)\//);
  const manifest = JSON.parse(await readFile(join(inProject(name), 'package.json'), 'utf8')) as {
    dependencies: object;
  };
  expect(Object.keys(manifest.dependencies)).toEqual(dependencies);
});

it('the client compiles and runs in a project of its own', async () => {
  await using server = await startRecordedServer(answersFor(completed));
  const { stdout } = await run(process.execPath, ['caller.js', server.url], { cwd: project });
  const types = ['directive.started', 'task.failed', 'directive.completed'];
  expect(JSON.parse(stdout)).toEqual({ state: 'COMPLETED', types, code: 'NOT_FOUND' });
  expect(server.asked).toContainEqual(expect.objectContaining({ path: `/api/v1/directives/${id}` }));
});

it('an action that is served with the worker does the directive that is submitted with the client', async () => {
  const services = await Services.open({ COC_LOG_LEVEL: 'info' });
  try {
    await Promise.all([services.start('executor'), services.start('orchestrator')]);
    const env = { REDIS_URL: services.redis.url, COC_DATA_DIR: services.dataDir, COC_LOG_LEVEL: 'info' };
    const serving = Spawned.start(process.execPath, [join(project, 'worker.js')], env);
    services.processes.push(serving);
    await serving.line(/take work/);
    const { stdout } = await run(process.execPath, ['submitter.js', services.url, services.dataDir], { cwd: project });
    expect(JSON.parse(stdout)).toEqual({
      states: ['succeeded', 'failed'],
      code: 'TEXT_EMPTY',
      output: { count0: { words: 3 } },
    });
    serving.signal('SIGTERM');
    expect(await serving.ended()).toBe(0);
  } finally {
    await services.close();
  }
});
