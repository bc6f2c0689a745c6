import { cp, readFile, readdir, rm, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { AuditEntry } from '../../apps/cli/src/audit/audit-view.js';
import type { AuditReport } from '../../apps/cli/src/audit/judge-trace.js';
import { Services, root } from '../e2e/services.js';
import { runCoc, type CliEnd } from '../e2e/spawned-cli.js';

const kills = 6;
let services: Services;
let traces: string;
let head: string;
let id: string;

/** With the recorder's own settings, so key and head are found where they are by default. */
const coc = async (args: readonly string[], env: Record<string, string> = {}): Promise<CliEnd> =>
  runCoc(args, { env: { COC_DATA_DIR: services.dataDir, TRACE_DIR: traces, ...env } });

async function verified(...args: string[]): Promise<AuditReport & { code: number | null }> {
  const { code, stdout } = await coc(['audit', 'verify', '--json', ...args]);
  return { code, ...(JSON.parse(stdout) as AuditReport) };
}

async function submit(): Promise<string> {
  const folder = join(root, 'docs/adr');
  const task = (name: string, ...dependsOn: string[]) => ({
    id: name,
    action: 'docs.collect',
    input: { folder },
    dependsOn,
  });
  return services.submit({ tasks: [task('one'), task('two', 'one'), task('three', 'two')] });
}

/** Every directive to its end, with recorders that are killed in the middle of it, and one that ends as it should. */
beforeAll(async () => {
  services = await Services.open({ COC_TRACE_MAX_BYTES: '6000', COC_TRACE_KEEP: '1000' });
  traces = join(services.dataDir, 'traces');
  await services.startAll();
  for (let kill = 0; kill < kills; kill += 1) {
    const recorder = await services.start('recorder');
    await recorder.line(/"recording"/);
    const load = [submit(), submit()].map(async (submitted) => services.finished(await submitted));
    await Promise.race(load);
    await recorder.kill();
    await Promise.all(load);
    const { isSound, finding } = await verified();
    expect({ kill, isSound, finding }).toEqual({ kill, isSound: true, finding: null });
  }
  const last = await services.start('recorder');
  await last.line(/"recording"/);
  id = await submit();
  await services.finished(id);
  last.signal('SIGTERM');
  expect(await last.ended()).toBe(0);
  const [name] = (await readdir(join(services.dataDir, 'audit'))).filter((file) => file.startsWith('head-'));
  head = join(services.dataDir, 'audit', name!);
}, 120_000);
afterAll(async () => services.close());

describe('coc audit verify', () => {
  it('finds the chain whole that killed recorders left, and ends with 0', async () => {
    const { code, stdout, stderr } = await coc(['audit', 'verify']);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toMatch(/^ok {6}\d+ lines are as they were sealed, 1 to \d+\n$/);
    expect(await verified()).toMatchObject({ code: 0, linesAfterHead: 0, remarks: [] });
  });

  it('ends with 1 and names file and line of a change, a cut and a wrong key', async () => {
    const copy = join(services.dataDir, 'copy');
    await cp(traces, copy, { recursive: true });
    expect(await verified(copy, '--head', head)).toMatchObject({ code: 0 });
    const file = join(copy, 'events-000001.jsonl');
    const text = await readFile(file, 'utf8');
    await writeFile(file, text.replace('"one"', '"0ne"'));
    const line = text.split('\n').findIndex((entry) => entry.includes('"one"')) + 1;
    const changed = await coc(['audit', 'verify', copy, '--head', head]);
    expect(changed).toMatchObject({ code: 1, stdout: `FAILED  ${file}:${line}  changed: it is not what was sealed\n` });
    expect(changed.stderr).toMatch(/^next: /);
    await writeFile(file, text);
    const current = join(copy, 'events.jsonl');
    await truncate(current, (await readFile(current)).length - 10);
    expect(await verified(copy, '--head', head)).toMatchObject({
      code: 1,
      finding: { kind: 'cut-off', file: current },
    });
    expect(await verified(copy, '--no-head')).toMatchObject({ code: 0, linesAfterHead: null });
    const wrong = await coc(['audit', 'verify', '-o', 'json'], { COC_AUDIT_KEY: 'x'.repeat(32) });
    expect([wrong.code, JSON.parse(wrong.stdout)]).toMatchObject([1, { finding: { kind: 'wrong-key', line: 1 } }]);
    await rm(copy, { recursive: true });
  });

  it('checks one file by itself', async () => {
    const remark = 'only this file was looked at, not what is before and after it';
    expect(await verified(join(traces, 'events-000002.jsonl'))).toMatchObject({
      code: 0,
      remarks: expect.arrayContaining([remark]),
    });
    expect(await verified(join(traces, 'events.jsonl'))).toMatchObject({ code: 0, linesAfterHead: 0 });
  });

  it('also checks what was sealed with the keys of given files', async () => {
    const key = join(services.dataDir, 'audit', 'key');
    const env = { COC_AUDIT_KEY: 'x'.repeat(32) };
    expect((await coc(['audit', 'verify', '--key-file', key], env)).code).toBe(0);
  });

  it.each<[string, string[], Record<string, string>]>([
    ['a folder that is not there', ['none'], {}],
    ['a key that is not there', [], { COC_AUDIT_KEY_FILE: '/none/key' }],
    ['a given key file that is not there', ['--key-file', '/none/key'], {}],
    ['a key that is too short', [], { COC_AUDIT_KEY: 'short' }],
  ])('ends with 2 and a next step for %s', async (_, args, env) => {
    const end = await coc(['audit', 'verify', ...args], env);
    expect(end).toMatchObject({ code: 2, stdout: '' });
    expect(end.stderr).toMatch(/^coc: .*\nnext: .*\n$/);
  });
});

describe('coc audit view', () => {
  it('prints what became of each attempt, a line an event', async () => {
    const { code, stdout, stderr } = await coc(['audit', 'view']);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    const told = stdout.split('\n').filter((line) => line.includes(id));
    expect(told.map((line) => line.split(/ {2,}/).toSpliced(1, 1))).toEqual(
      ['one', 'two', 'three'].flatMap((task) => [
        ['execute_enqueued', id, task, '1', '-', '-'],
        ['execute_done', id, task, '1', '$0.00', '-'],
      ]),
    );
  });

  it('prints the same as JSON', async () => {
    const { code, stdout } = await coc(['audit', 'view', traces, '--json']);
    const { items } = JSON.parse(stdout) as { items: AuditEntry[] };
    expect(code).toBe(0);
    expect(items).toHaveLength((kills * 2 + 1) * 6);
    expect(items.find(({ directive, event }) => directive === id && event === 'execute_done')).toEqual({
      event: 'execute_done',
      timestamp: expect.stringMatching(/^\d{4}-.*Z$/),
      directive: id,
      task: 'one',
      attempt: 1,
      costUsd: 0,
      reason: null,
    });
  });

  it('ends with 2 for a trace that is not there', async () => {
    expect(await coc(['audit', 'view', join(traces, 'none.jsonl')])).toMatchObject({ code: 2, stdout: '' });
  });
});

it('coc replay reads the sealed files', async () => {
  const { code, stdout } = await coc(['replay', traces, '--directive', id, '--json']);
  expect([code, JSON.parse(stdout)]).toMatchObject([0, { stories: [{ state: 'COMPLETED', missing: [] }] }]);
});
