import { appendFile, copyFile, mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Spawned } from '../setup/spawned.js';
import { Services, root } from '../e2e/services.js';
import { runCoc, type CliEnd } from '../e2e/spawned-cli.js';

let services: Services;
let dir: string;
let file: string;
let first: string;
let second: string;

const coc = async (args: readonly string[]): Promise<CliEnd> =>
  runCoc([...args, '--url', services.url], { env: { COC_DATA_DIR: services.dataDir } });

async function submit(): Promise<string> {
  const folder = join(root, 'docs/adr');
  const task = (id: string, ...dependsOn: string[]) => ({ id, action: 'docs.collect', input: { folder }, dependsOn });
  return services.submit({ tasks: [task('one'), task('two', 'one'), task('three', 'one')] });
}

async function recorded(count: number): Promise<void> {
  const deadline = performance.now() + 20_000;
  for (;;) {
    const ends = (await readFile(file, 'utf8').catch(() => '')).match(/"directive\.completed"/g)?.length ?? 0;
    if (ends >= count) return;
    if (performance.now() > deadline) throw new Error(`${ends} of ${count} directives are recorded to their end`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

beforeAll(async () => {
  services = await Services.open();
  dir = join(services.dataDir, 'traces');
  file = join(dir, 'events.jsonl');
  await Promise.all([services.startAll(), services.start('recorder')]);
  first = await submit();
  await services.finished(first);
  second = await submit();
  await services.finished(second);
  await recorded(2);
});
afterAll(async () => services.close());

describe('coc replay', () => {
  it('tells the same story from the trace as from the server', async () => {
    const [fromFile, fromServer] = [
      await coc(['replay', file, '--directive', second, '--json']),
      await coc(['replay', second, '-o', 'json']),
    ];
    expect([fromFile.code, fromServer.code]).toEqual([0, 0]);
    expect(JSON.parse(fromFile.stdout)).toEqual(JSON.parse(fromServer.stdout));
    expect(JSON.parse(fromFile.stdout)).toMatchObject({
      schemaVersion: 1,
      stories: [{ directive: second, state: 'COMPLETED', counts: { tasks: 3, succeeded: 3, open: 0 }, missing: [] }],
    });
  });

  it('tells every directive of a file, one after the other', async () => {
    const { code, stdout, stderr } = await coc(['replay', file]);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout.match(/^directive d0_\w+/gm)).toEqual([`directive ${first}`, `directive ${second}`]);
    expect(stdout).toMatch(/^ +\+0\.000s {2}directive\.accepted/m);
    expect(stdout).toMatch(/^COMPLETED after/m);
    expect(stdout).toMatch(/^two +succeeded +\+\d/m);
    expect(stdout).toMatch(/^waited for most: (one|two|three), /m);
  });

  it('reads a folder with the full files in it, and stdin', async () => {
    const folder = join(services.dataDir, 'rotated');
    await mkdir(folder);
    const lines = (await readFile(file, 'utf8')).split('\n');
    await writeFile(join(folder, 'events-000001.jsonl'), `${lines.slice(0, 4).join('\n')}\n`);
    await writeFile(join(folder, 'events.jsonl'), lines.slice(4).join('\n'));
    const whole = await coc(['replay', file, '--json']);
    expect(JSON.parse((await coc(['replay', folder, '--json'])).stdout)).toEqual(JSON.parse(whole.stdout));
    const piped = await runCoc(['replay', '-', '--json'], { stdin: lines.join('\n') });
    expect(JSON.parse(piped.stdout)).toEqual(JSON.parse(whole.stdout));
  });

  it('leaves out a torn last line with a remark, and refuses another bad line with its number', async () => {
    const copy = join(services.dataDir, 'copy.jsonl');
    await copyFile(file, copy);
    await appendFile(copy, '{"type":"task.que');
    const torn = await coc(['replay', copy]);
    expect(torn).toMatchObject({ code: 0, stderr: expect.stringContaining('the last line is torn and was left out') });
    await appendFile(copy, '\n');
    const bad = await coc(['replay', copy]);
    expect(bad).toMatchObject({ code: 2, stdout: '' });
    expect(bad.stderr).toMatch(/copy\.jsonl:\d+: not valid JSON\nnext: /);
  });

  it('exits 4 for a directive that a trace or the server does not have, and 2 for a file that is not there', async () => {
    const absent = 'd0_01ARZ3NDEKTSV4RRFFQ69G5FAV';
    expect((await coc(['replay', file, '--directive', absent])).code).toBe(4);
    expect((await coc(['replay', absent])).code).toBe(4);
    expect((await coc(['replay', join(dir, 'none.jsonl')])).code).toBe(2);
  });

  it.each([
    ['the server', () => []],
    ['the trace', () => [file]],
  ])('follows a directive to its end by %s', async (_, where) => {
    const id = await submit();
    const args = where().length > 0 ? [...where(), '--directive', id] : [id];
    const { code, stdout } = await coc(['replay', ...args, '--follow']);
    expect(code).toBe(0);
    expect(stdout.match(/directive\.\w+/g)).toEqual(
      expect.arrayContaining(['directive.accepted', 'directive.started', 'directive.completed']),
    );
    expect(stdout).toMatch(/^COMPLETED after/m);
  });

  it('follows a trace through a rotation, and detaches on Ctrl-C', async () => {
    const folder = join(services.dataDir, 'growing');
    await mkdir(folder);
    const growing = join(folder, 'events.jsonl');
    const lines = (await readFile(file, 'utf8')).split('\n').filter((line) => line.includes(first));
    const text = (from: number, to: number): string =>
      lines
        .slice(from, to)
        .map((line) => `${line}\n`)
        .join('');
    await writeFile(growing, text(0, 2) + lines[2]!.slice(0, 30));
    const cli = Spawned.start(process.execPath, [
      join(root, 'dist/apps/cli/src/main.js'),
      'replay',
      growing,
      '--follow',
    ]);
    await cli.line(/directive\.planned/);
    await writeFile(growing, text(0, 4));
    await rename(growing, join(folder, 'events-000001.jsonl'));
    await writeFile(join(folder, 'events-000002.jsonl'), text(4, 5));
    await writeFile(growing, text(5, 6));
    await cli.line(new RegExp((JSON.parse(lines[5]!) as { type: string }).type));
    cli.signal('SIGINT');
    expect(await cli.ended()).toBe(130);
    expect(cli.lines.filter((line) => /^ +\+/.test(line))).toHaveLength(6);
    expect(cli.errors.join()).toContain(`detached; ${first} goes on`);
  });
});
