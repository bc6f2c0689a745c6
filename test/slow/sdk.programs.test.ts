import { mkdir, mkdtemp, readdir, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Spawned } from '../setup/spawned.js';
import { Services, root } from '../e2e/services.js';

/** The two programs of the first orchestrator's README, with the name of this package; in one file, so the types are checked together. */
const asPromised = `
import { eventBus } from 'chain-of-command';

// Subscribe to task completions
const unsubscribe = eventBus.subscribe('task.completed', (event) => {
  console.log('Task completed:', event.data.taskId);
});

import { runDirective } from 'chain-of-command';

const spec = {
  id: 'my-directive',
  description: 'Custom directive',
  tasks: [
    {
      id: 'task-1',
      role: 'worker',
      prompt: 'Do something',
    }
  ],
  policies: {
    maxRetries: 3,
    retryDelayMs: 1000,
  },
};

await runDirective(spec);

// Later, unsubscribe
unsubscribe();
`;

let services: Services;
let project: string;

beforeAll(async () => {
  services = await Services.open();
  await services.startAll();
  project = await mkdtemp(join(tmpdir(), 'coc-project-'));
  await mkdir(join(project, 'node_modules'));
  await symlink(root, join(project, 'node_modules', 'chain-of-command'));
  await writeFile(join(project, 'package.json'), '{ "type": "module" }');
});
afterAll(async () => {
  await services.close();
  await rm(project, { recursive: true });
});

interface End {
  code: number | string;
  stdout: string;
  stderr: string;
}

async function end(spawned: Spawned): Promise<End> {
  const code = await spawned.ended();
  return { code, stdout: spawned.lines.join('\n'), stderr: spawned.errors.join('\n') };
}

async function node(args: readonly string[], env: Record<string, string> = {}): Promise<End> {
  return end(Spawned.start(process.execPath, args, { COC_URL: '', REDIS_URL: '', ...env }, project));
}

async function program(name: string, text: string): Promise<string> {
  const file = join(project, name);
  await writeFile(file, text);
  return file;
}

describe('a program in a project of its own', () => {
  it('does what the first orchestrator promised, and ends by itself', async () => {
    const file = await program('promised.ts', asPromised);
    const { code, stdout, stderr } = await node([file], { COC_URL: services.url, COC_DATA_DIR: services.dataDir });
    expect({ code, stdout, stderr }).toEqual({ code: 0, stdout: 'Task completed: task-1', stderr: '' });
  });

  it('has told its subscribers of every event when runDirective resolves', async () => {
    const text = `import { eventBus, runDirective } from 'chain-of-command';
      for (let round = 0; round < 5; round += 1) {
        const heard = [];
        const unsubscribe = eventBus.subscribe('*', (event) => heard.push(event));
        const ran = [];
        const spec = { tasks: [{ id: 'a', role: 'worker', prompt: 'p' }] };
        const { id } = await runDirective(spec, { onEvent: ({ seq }) => ran.push(seq) });
        unsubscribe();
        console.log(ran.length > 5, String(heard.filter((it) => it.directiveId === id).map(({ seq }) => seq)) === String(ran));
      }`;
    const { code, stdout } = await node([await program('heard.mjs', text)], {
      COC_URL: services.url,
      COC_DATA_DIR: services.dataDir,
    });
    expect({ code, stdout }).toEqual({ code: 0, stdout: Array(5).fill('true true').join('\n') });
  });

  it('is checked by a strict compiler against our declarations, which need nothing else', async () => {
    await program('promised.ts', asPromised);
    const misspelt = `import { eventBus, runDirective } from 'chain-of-command';
      eventBus.subscribe('task.complete', () => undefined);
      await runDirective({ tasks: [{ id: 'a', rule: 'worker' }] });`;
    await program('misspelt.ts', misspelt);
    const types = { typeRoots: [join(root, 'node_modules/@types')], types: ['node'] };
    const options = { strict: true, module: 'nodenext', target: 'es2023', noEmit: true, skipLibCheck: false, ...types };
    await program('tsconfig.json', JSON.stringify({ compilerOptions: options }));
    const { stdout } = await node([join(root, 'node_modules/typescript/bin/tsc'), '-p', project]);
    const faults = stdout.split('\n').filter((line) => /^\S+\(\d+,\d+\): error/.test(line));
    expect(faults.map((fault) => fault.replace(/: error.*/, ''))).toEqual([
      expect.stringMatching(/^misspelt\.ts\(2,/),
      expect.stringMatching(/^misspelt\.ts\(3,/),
    ]);
  });

  it('ends at once with the reason and the next step when there is no server', async () => {
    const file = await program(
      'alone.mjs',
      `import { runDirective } from 'chain-of-command'; await runDirective({ tasks: [] });`,
    );
    const { code, stderr } = await node([file], { COC_URL: 'http://127.0.0.1:1' });
    expect({ code, isClear: stderr.includes('next: start a server with "npm start"') }).toEqual({
      code: 1,
      isClear: true,
    });
  });
});

describe('a program with an embedded server', () => {
  const settings = () => ({ COC_DATA_DIR: join(project, 'data'), TRACE_DIR: join(project, 'traces') });

  it('needs one word, shares the server among its runs, and leaves nothing running', async () => {
    const text = `import { eventBus, runDirective } from 'chain-of-command';
      const heard = [];
      const unsubscribe = eventBus.subscribe('directive.completed', ({ directiveId }) => heard.push(directiveId));
      const run = () => runDirective({ tasks: [{ id: 'a', role: 'worker', prompt: 'p' }] }, { embedded: true });
      const results = await Promise.all([run(), run()]);
      console.log(JSON.stringify([results.map(({ state }) => state), results.every(({ id }) => heard.includes(id))]));`;
    // It does not even unsubscribe: with its server gone there is nothing left to wait for.
    const { code, stdout, stderr } = await node([await program('embedded.mjs', text)], settings());
    expect({ code, stdout, stderr }).toEqual({
      code: 0,
      stdout: '[["COMPLETED","COMPLETED"],true]',
      stderr: 'Starting Redis ...',
    });
    expect(await readdir(join(project, 'data/redis/running'))).toEqual([]);
  });

  it('finds what it did again, has one at a time and says so', async () => {
    const text = `import { runDirective, startEmbedded } from 'chain-of-command';
      const ids = [];
      for (const _ of [1, 2]) {
        const server = await startEmbedded();
        const code = await startEmbedded().catch((error) => error.code);
        ids.push((await runDirective({ tasks: [{ id: 'a', role: 'worker', prompt: 'p' }] }, { idempotencyKey: 'k' })).id, code);
        await Promise.all([server.close(), server.close()]);
      }
      console.log(ids[0] === ids[2], ids[1], ids[3]);`;
    const { code, stdout } = await node([await program('again.mjs', text)], settings());
    expect({ code, stdout }).toEqual({ code: 0, stdout: 'true EMBEDDED_RUNNING EMBEDDED_RUNNING' });
  });

  it('says what is missing when it cannot start one', async () => {
    const text = `import { startEmbedded } from 'chain-of-command';
      await startEmbedded().catch(({ name, code, message, next }) => console.log(name, code, message, next));`;
    const file = await program('unable.mjs', text);
    const noRedis = await node([file], { ...settings(), COC_REDIS_SERVER: join(project, 'none') });
    expect(noRedis.stdout).toMatch(/^EmbeddedStartError EMBEDDED_START .*COC_REDIS_SERVER.* or set REDIS_URL/);
    const noProvider = await node([file], { ...settings(), COC_MODE: 'real' });
    expect(noProvider.stdout).toMatch(/COC_MODE=real needs a provider, and COC_AGENT_MODULE is not set: set it to/);
    expect([noRedis.code, noProvider.code]).toEqual([0, 0]);
  });

  it('answers by a provider of its own in real mode', async () => {
    const provider = await program(
      'provider.mjs',
      `export const answer = async ({ prompt, role }) => ({ text: role + ' says: ' + prompt, model: 'tiny', usage: { costUsd: 0.25, tokens: 4 } });`,
    );
    const text = `import { runDirective } from 'chain-of-command';
      const { output, costUsd } = await runDirective({ tasks: [{ id: 'a', role: 'worker', prompt: 'hi' }] }, { embedded: true });
      console.log(JSON.stringify({ output, costUsd }));`;
    const env = { ...settings(), COC_MODE: 'real', COC_AGENT_MODULE: provider };
    const { stdout } = await node([await program('real.mjs', text)], env);
    expect(JSON.parse(stdout)).toEqual({
      output: { text: 'worker says: hi', role: 'worker', model: 'tiny' },
      costUsd: 0.25,
    });
  });

  it('is what the example is', async () => {
    const { code, stdout } = await node([join(root, 'examples/run-directive.mjs'), '--embedded'], settings());
    expect(code).toBe(0);
    expect(stdout).toContain('Task completed: publish\nCOMPLETED');
  });
});
