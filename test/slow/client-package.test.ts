import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readFile, readdir, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { sampleId as id } from '../../apps/cli/src/progress/sample-directive.js';
import { answersFor, completed } from '../e2e/recorded-answers.js';
import { startRecordedServer } from '../e2e/recorded-server.js';
import { root } from '../e2e/services.js';

const run = promisify(execFile);

const program = `
import { ApiError, CocClient, type Schemas } from '@chain-of-command/client';

const client = new CocClient({ url: process.argv[2]!, saidBy: 'the program' });
const accepted = await client.call('submitDirective', { body: { tasks: [{ id: 'embed', action: 'rag.embed' }] } });
const directive: Schemas['Directive'] = await client.call('getDirective', { id: accepted.id });
const types: string[] = [];
for await (const event of client.followEvents(accepted.id, { after: 0 })) types.push(event.type);
const refusal: unknown = await client.call('getBudget', { id: accepted.id }).catch((error: unknown) => error);
console.log(JSON.stringify({ state: directive.state, types, code: refusal instanceof ApiError && refusal.code }));
`;

let project: string;
let installed: string;

// As npm install would lay it out, without a network: the tarball unpacked, and its two dependencies beside it.
beforeAll(async () => {
  project = await mkdtemp(join(tmpdir(), 'coc-client-'));
  installed = join(project, 'node_modules', '@chain-of-command', 'client');
  const { stdout } = await run(process.execPath, [join(root, 'launch', 'pack-client.mjs')], { cwd: root });
  await mkdir(installed, { recursive: true });
  await run('tar', ['-xzf', stdout.trim().split('\n').at(-1)!, '-C', installed, '--strip-components=1']);
  for (const name of ['zod', 'eventsource-parser', '@types', 'undici-types'])
    await symlink(join(root, 'node_modules', name), join(project, 'node_modules', name));
  await writeFile(join(project, 'package.json'), '{ "type": "module" }');
  await writeFile(join(project, 'program.ts'), program);
}, 300_000);
afterAll(() => rm(project, { recursive: true, force: true }));

it('holds nothing that only this repository can resolve, and names what it imports', async () => {
  const files = (await readdir(installed, { recursive: true })).filter((path) => /\.(js|d\.ts)$/.test(path));
  expect(files).toContain(join('client', 'index.d.ts'));
  for (const path of files) expect(await readFile(join(installed, path), 'utf8')).not.toMatch(/['"]#/);
  const manifest = JSON.parse(await readFile(join(installed, 'package.json'), 'utf8')) as { dependencies: object };
  expect(Object.keys(manifest.dependencies)).toEqual(['eventsource-parser', 'zod']);
});

it('compiles and runs in a bare project', async () => {
  const compiler = join(root, 'node_modules', 'typescript', 'bin', 'tsc');
  const settings = ['--strict', '--target', 'es2024', '--module', 'nodenext', '--types', 'node'];
  await run(process.execPath, [compiler, ...settings, 'program.ts'], { cwd: project }).catch((error: unknown) => {
    throw new Error((error as { stdout: string }).stdout);
  });
  await using server = await startRecordedServer(answersFor(completed));
  const { stdout } = await run(process.execPath, ['program.js', server.url], { cwd: project });
  const types = ['directive.started', 'task.failed', 'directive.completed'];
  expect(JSON.parse(stdout)).toEqual({ state: 'COMPLETED', types, code: 'NOT_FOUND' });
  expect(server.asked).toContainEqual(expect.objectContaining({ path: `/api/v1/directives/${id}` }));
});
