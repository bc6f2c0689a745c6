import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { aDirective, sampleId as id } from '../../apps/cli/src/progress/sample-directive.js';
import { answersFor, checkpoint, completed, problem, retryPlan, waiting } from './recorded-answers.js';
import { type RecordedAnswers, startRecordedServer } from './recorded-server.js';
import { runCoc, runCocOn } from './spawned-cli.js';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'coc-cli-'));
  await writeFile(join(folder, 'plan.yaml'), 'tasks:\n  - id: embed\n    action: rag.embed\n');
  await writeFile(join(folder, 'bad.yaml'), 'tasks:\n  - [1, 2\nb: 3\n');
  await writeFile(join(folder, 'actions.yaml'), '- name: rag.embed\n- name: rag.rank\n');
});
afterAll(() => rm(folder, { recursive: true }));

const coc = (args: readonly string[], answers: RecordedAnswers, stdin?: string) => {
  return runCocOn(answers, args, { cwd: folder, stdin });
};

describe('coc run', () => {
  it('sends the YAML file as JSON and prints only the id', async () => {
    const end = await coc(['run', 'plan.yaml'], answersFor(completed));
    expect(end).toMatchObject({ code: 0, stdout: `${id}\n`, stderr: '' });
    expect(end.asked).toEqual([
      { method: 'POST', path: '/api/v1/directives', body: { tasks: [{ id: 'embed', action: 'rag.embed' }] } },
    ]);
  });

  it('reads JSON from stdin and prints the id as JSON', async () => {
    const end = await coc(['run', '-', '-o', 'json'], answersFor(completed), '{"intent": "é"}');
    expect(end).toMatchObject({ code: 0, asked: [{ body: { intent: 'é' } }] });
    expect(JSON.parse(end.stdout)).toEqual({ id });
  });

  it('waits in silence and ends with the output as the only data', async () => {
    const end = await coc(['run', 'plan.yaml', '--wait'], answersFor(completed));
    expect(end).toMatchObject({ code: 0, stderr: `submitted ${id}\n` });
    expect(JSON.parse(end.stdout)).toEqual({ answer: 42 });
  });

  it('watches with one plain line a transition where there is no terminal', async () => {
    const end = await coc(['run', 'plan.yaml', '--watch'], answersFor(completed));
    expect(end.stderr.split('\n')).toEqual([
      `submitted ${id}`,
      '07:00:01.250 directive.started',
      '07:00:01.250 task.failed  embed  attempt=1 code=LOST',
      '07:00:01.250 directive.completed',
      '',
    ]);
    expect(JSON.parse(end.stdout)).toEqual({ answer: 42 });
  });

  it('exits 5 with the reason when the directive ends otherwise, and still prints what output there is', async () => {
    const failed = aDirective({
      state: 'FAILED',
      lastSeq: 3,
      error: { code: 'TASK_FAILED', message: 'embed failed' },
    });
    const end = await coc(['run', 'plan.yaml', '--wait'], answersFor(failed));
    expect(end.code).toBe(5);
    expect(end.stderr).toContain(`coc: ${id} ended FAILED: TASK_FAILED: embed failed`);
    expect(end.stderr).toContain(`coc status ${id}`);
    expect(JSON.parse(end.stdout)).toEqual({ answer: 42 });
  });

  it('exits 2 and prints every fault of a refused directive with its pointer', async () => {
    const faults = [
      { pointer: '/tasks/0/action', code: 'ACTION_UNKNOWN', detail: 'no action "x.y"' },
      { pointer: '/tasks/3/dependsOn/1', code: 'DEPENDENCY_UNKNOWN', detail: 'no task "z"' },
    ];
    const answers = {
      'POST /api/v1/directives': problem(422, 'ACTION_UNKNOWN', faults),
    };
    const end = await coc(['run', 'plan.yaml'], answers);
    expect(end).toMatchObject({ code: 2, stdout: '' });
    expect(end.stderr).toBe(
      'coc: ACTION_UNKNOWN: it is ACTION_UNKNOWN\n' +
        '  /tasks/0/action  ACTION_UNKNOWN  no action "x.y"\n' +
        '  /tasks/3/dependsOn/1  DEPENDENCY_UNKNOWN  no task "z"\n' +
        'next: see what is registered with "coc actions list", or register it with "coc actions apply FILE"\n',
    );
  });

  it.each([
    ['bad.yaml', '', 'coc: bad.yaml:3:1: not valid YAML'],
    ['-', '{"a": 1,\n "b": }', 'coc: stdin:2:7: not valid JSON'],
    ['none.json', '', 'coc: none.json cannot be read: ENOENT'],
  ])('exits 2 for the bad file %s and sends nothing', async (file, stdin, message) => {
    const end = await coc(['run', file], answersFor(completed), stdin);
    expect(end).toMatchObject({ code: 2, stdout: '', asked: [] });
    expect(end.stderr).toContain(message);
    expect(end.stderr).toContain('\nnext: ');
  });
});

describe('coc status', () => {
  it('prints the tree', async () => {
    const end = await coc(['status', id], answersFor(aDirective()));
    expect(end).toMatchObject({ code: 0, stderr: '' });
    expect(end.stdout).toContain('✓ a      rag.embed  succeeded\n');
    expect(end.stdout).toContain('waits for a worker to take it (rag.embed.0)');
  });

  it('prints the whole record as JSON', async () => {
    const end = await coc(['status', id, '-o', 'json'], answersFor(completed));
    expect(JSON.parse(end.stdout)).toMatchObject({ directive: completed, tasks: [{ id: 'a' }, waiting] });
  });

  it('names its parent and its children', async () => {
    const child = aDirective({ id: 'd0_01JD6Z0000000000000000000B', title: 'Fetch all', parent: id });
    const list = { body: { items: [child], nextCursor: null } };
    const answers = answersFor(aDirective({ parent: 'd0_P' }), { [`GET /api/v1/directives/${id}/children`]: list });
    const end = await coc(['status', id], answers);
    expect(end).toMatchObject({ code: 0, stderr: '' });
    expect(end.stdout).toContain('child of d0_P\n');
    expect(end.stdout).toContain(`\nchildren\n  ▸ RUNNING ${child.id}  Fetch all  1/3 tasks\n`);
    const json = await coc(['status', id, '-o', 'json'], answers);
    expect(JSON.parse(json.stdout)).toMatchObject({ directive: { id }, children: [child] });
  });

  it('says for each open task what it waits for, since when, until when and who acts', async () => {
    const { stdout } = await coc(['status', id, '--why'], answersFor(aDirective()));
    expect(stdout.split('\n')).toEqual([
      expect.stringMatching(/^TASK +STATE +WAITS FOR +SINCE +UNTIL +OWNER +FREED WHEN$/),
      expect.stringMatching(
        /^embed {2}dispatched {2}a worker to take it \(rag\.embed\.0\) {2}2026-11-21T07:00:01\.000Z \(\w+\) {2}2026-11-21T08:00:00\.000Z {2}worker {2}a worker takes it; if none serves rag\.embed, start one$/,
      ),
      '',
    ]);
  });

  it('watches to the end and prints the final state', async () => {
    expect(await coc(['status', id, '--watch'], answersFor(completed))).toMatchObject({
      code: 0,
      stdout: 'COMPLETED\n',
    });
    const timeout = aDirective({ state: 'TIMEOUT', lastSeq: 3 });
    expect(await coc(['status', id, '--watch'], answersFor(timeout))).toMatchObject({
      code: 5,
      stdout: 'TIMEOUT\n',
    });
  });

  it('detaches on Ctrl-C with exit code 130 and says how to come back', async () => {
    await using server = await startRecordedServer(answersFor(aDirective({ lastSeq: 3 })));
    const end = await runCoc(['status', id, '--watch', '--url', server.url], {}, (sofar, child) => {
      if (sofar.endsWith('directive.completed\n')) child.kill('SIGINT');
    });
    expect(end).toMatchObject({ code: 130, stdout: '' });
    expect(end.stderr).toContain(`detached; ${id} goes on\nnext: come back with "coc watch ${id} --url ${server.url}"`);
  });

  it('exits 4 for a directive that is not there, and names the next command', async () => {
    for (const args of [
      ['status', 'd0_X'],
      ['status', 'd0_X', '--watch'],
      ['output', 'd0_X'],
      ['pause', 'd0_X'],
    ]) {
      const end = await coc(args, {});
      expect(end).toMatchObject({ code: 4, stdout: '' });
      expect(end.stderr).toContain('coc: NOT_FOUND: there is no such thing\nnext: see what exists with "coc list"');
    }
  });
});

describe('the other commands', () => {
  it('lists directives and names the command for the next page', async () => {
    const end = await coc(['list', '--limit', '1'], answersFor(completed));
    expect(end.stdout).toMatch(
      new RegExp(`^ID +STATE +TASKS +AGE +COST +TITLE\n${id} +COMPLETED +1/3 .* Index the docs\n$`),
    );
    expect(end.stderr).toBe(`next: coc list --limit 1 --cursor c2 --url ${end.url}\n`);
    expect(end.asked[0]?.path).toBe('/api/v1/directives?limit=1');
  });

  it('prints the output of a finished directive, and none of a running one', async () => {
    expect(await coc(['output', id], answersFor(completed))).toMatchObject({
      code: 0,
      stdout: '{\n  "answer": 42\n}\n',
    });
    const end = await coc(['output', id], answersFor(aDirective()));
    expect(end).toMatchObject({ code: 1, stdout: '' });
    expect(end.stderr).toContain(`coc status ${id} --watch`);
  });

  it('prints the log lines of a task with their attempt and without their escape codes', async () => {
    const { stdout } = await coc(['logs', id, 'embed[3]'], answersFor(completed));
    expect(stdout).toBe('[attempt 1] first \ufffd[2J\n[attempt 2] second\n');
  });

  it('cancels', async () => {
    const end = await coc(['cancel', id], answersFor(aDirective()));
    expect(end).toMatchObject({ code: 0, stdout: `${id} RUNNING, closing as CANCELLED\n` });
  });

  it('ends a directive by the word of a human', async () => {
    const end = await coc(['fail', id, '--reason', 'the customer left'], answersFor(aDirective()));
    expect(end).toMatchObject({ code: 0, stdout: `${id} FAILED\n` });
  });

  it('deletes one that is final', async () => {
    const end = await coc(['delete', id], answersFor(completed));
    expect(end).toMatchObject({ code: 0, stdout: '', stderr: `${id} is deleted\n` });
  });

  it('submits again what a final one was asked to do', async () => {
    const end = await coc(['retry', id], answersFor(completed));
    expect(end).toMatchObject({ code: 0, stdout: 'd0_again\n' });
    expect(end.asked[0]).toMatchObject({ method: 'POST', path: `/api/v1/directives/${id}/retry` });
  });

  it('shows what a retry would do, and with which command it is done', async () => {
    const end = await coc(['retry', id, '--checkpoint', '3', '--dry-run'], {
      [`POST /api/v1/directives/${id}/retry`]: { body: retryPlan },
    });
    expect(end.asked[0]).toMatchObject({ body: { checkpoint: 3, dryRun: true } });
    expect(end.stdout).toMatch(/^TASK +ACTION +FATE +WHY\na +rag\.embed +keep\nb +rag\.embed +ask +it was begun\n$/);
    expect(end.stderr).toContain('1 kept ($0.25 spent on them), 1 would run, 1 of them ask');
    expect(end.stderr).toContain(`next: coc retry ${id} --checkpoint 3`);
  });

  it('lists the checkpoints of a directive, and makes one', async () => {
    const answers = {
      [`GET /api/v1/directives/${id}/checkpoints`]: { body: { items: [checkpoint], nextCursor: 'c2' } },
      [`POST /api/v1/directives/${id}/checkpoints`]: { status: 201, body: checkpoint },
    };
    const list = await coc(['checkpoints', id], answers);
    expect(list.stdout).toMatch(/^NUMBER +AT .*\n7 +\S+ +RUNNING +manual +mine +1\/2 +\$0\.25\n$/);
    expect(list.stderr).toContain(`next: coc checkpoints ${id} --limit 20 --cursor c2`);
    const made = await coc(['checkpoints', id, '--create', '--reason', 'mine'], answers);
    expect(made).toMatchObject({ code: 0, stdout: '7\n', asked: [{ body: { reason: 'mine' } }] });
  });

  it('exits 1 when the state does not allow the order', async () => {
    const end = await coc(['resume', id], {
      [`POST /api/v1/directives/${id}/resume`]: problem(409, 'TRANSITION_ILLEGAL'),
    });
    expect(end.code).toBe(1);
    expect(end.stderr).toContain('coc status ID');
  });

  it('lists the catalog', async () => {
    const { stdout } = await coc(['actions', 'list'], answersFor(completed));
    expect(stdout).toMatch(/^ACTION +VERSION +EFFECT .*\nrag\.embed +1 +once +low +free +2m00s +Embeds a text\.\n$/);
  });

  it('applies a file of actions one by one, and tells which one was refused', async () => {
    const end = await coc(['actions', 'apply', 'actions.yaml'], {
      ...answersFor(completed),
      'PUT /api/v1/actions/rag.rank': problem(409, 'ACTION_CONFLICT'),
    });
    expect(end.asked.map(({ body }) => body)).toEqual([{ name: 'rag.embed' }, { name: 'rag.rank' }]);
    expect(end.code).toBe(1);
    expect(end.stdout).toContain('rag.embed');
    expect(end.stderr).toContain('applied 1 of 2; refused: rag.rank\n');
  });
});

describe('usage', () => {
  it.each([
    [['stauts', 'x'], 'status?'],
    [['run'], "missing required argument 'file'"],
    [['list', '--limit', 'many'], 'whole number'],
    [['list', '-o', 'xml'], 'Allowed choices are table, json'],
    [['list', '--url', 'nowhere'], '--url nowhere is no address'],
    [['status', 'x', '--why', '--watch'], "cannot be used with option '--watch'"],
  ])('%j exits 2 and says why', async (args, message) => {
    const end = await runCoc(args);
    expect(end).toMatchObject({ code: 2, stdout: '' });
    expect(end.stderr).toContain(message);
  });

  it('--help and --version are data and exit 0', async () => {
    expect(await runCoc(['--version'])).toMatchObject({
      code: 0,
      stderr: '',
      stdout: expect.stringMatching(/^\d+\.\d+\.\d+\n$/),
    });
    expect(await runCoc(['status', '--help'])).toMatchObject({ code: 0, stderr: '' });
  });

  it('a wrong setting exits 2 with its name', async () => {
    expect(await runCoc(['list'], { env: { COC_URL: 'x' } })).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('COC_URL'),
    });
  });
});
