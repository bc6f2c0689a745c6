import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { BudgetLedger, HoldList, HoldView, type Json } from '#libs/contracts';
import { Spawned } from '../setup/spawned.js';
import { root } from '../e2e/services.js';
import { type CliEnd, type SpawnOptions, runCoc } from '../e2e/spawned-cli.js';
import { WatchBed } from '../e2e/watch-bed.js';

let bed: WatchBed;

beforeAll(async () => {
  bed = await WatchBed.open();
  for (const action of ['risky.mail', 'risky.post']) await bed.publish(action, { effect: 'once', risk: 'high' });
  await bed.publish('paid.call', { effect: 'pure', maxCostUsd: 0.4, maxTokens: 10 });
  await bed.publish('slow.gate', { effect: 'pure' });
  await bed.publish('lost.mail', { effect: 'once' });
  for (const action of ['risky.mail', 'risky.post', 'paid.call']) await bed.work(action);
});

afterAll(async () => bed.close());

const coc = (args: readonly string[], options: SpawnOptions = {}): Promise<CliEnd> =>
  runCoc([...args, '--url', bed.services.url], {
    ...options,
    env: { COC_DATA_DIR: bed.services.dataDir, ...options.env },
  });

async function planFile(directive: Json): Promise<string> {
  const file = join(bed.services.dataDir, 'plan.json');
  await writeFile(file, JSON.stringify(directive));
  return file;
}

const idIn = ({ stderr }: CliEnd): string => /submitted (\S+)/.exec(stderr)?.[1] ?? '';
const mail: Json = { tasks: [{ id: 'mail', action: 'risky.mail', input: { to: 'all' } }] };

/** Submits it, and waits until only a human can let it go on. */
async function held(directive: Json, ...more: string[]): Promise<{ id: string; end: CliEnd }> {
  const end = await coc(['run', await planFile(directive), '--wait', ...more]);
  expect(end).toMatchObject({ code: 6, stdout: '' });
  return { id: idIn(end), end };
}

const completed = { code: 0, stdout: 'COMPLETED\n' };

describe('a task of high risk', () => {
  it('ends the wait with 6 and the commands that answer it, is shown, and completes when another approves', async () => {
    const { id, end } = await held(mail);
    const hold = `${id}.0`;
    expect(end.stderr).toContain(`coc: ${id} can only go on after a human: 1 task is held\n`);
    expect(end.stderr).toMatch(/^held: mail \(risky\.mail\) waits for an approval, since \S+Z, until \S+Z$/m);
    expect(end.stderr).toContain(`"coc approvals approve ${hold} --as NAME --url ${bed.services.url}"`);

    const list = HoldList.parse(JSON.parse((await coc(['approvals', 'list', '--json'])).stdout));
    expect(list.items).toMatchObject([{ id: hold, task: 'mail', kind: 'approval', risk: { score: 65 } }]);
    expect((await coc(['approvals', 'list'])).stdout).toContain(`${hold}  ${id}  mail  approval  65 `);
    const show = await coc(['approvals', 'show', hold.slice(-6)]);
    expect(show.stdout).toMatch(/^ +declared-high +60 .+$/m);
    expect(show.stdout).toContain('\n    "to": "all"\n');
    expect(show.stdout).toContain(`\ndigest      ${list.items[0]?.digest}\n`);

    const approved = await coc(['approvals', 'approve', hold.slice(-6), '--as', 'ana', '--comment', 'looks right']);
    expect(approved).toMatchObject({ code: 0, stdout: `${hold} approved by ana: mail\n` });
    expect(approved.stderr).toContain(`\ndigest      ${list.items[0]?.digest}\n`);
    expect(await coc(['watch', id])).toMatchObject(completed);
    const answered = HoldView.parse(JSON.parse((await coc(['approvals', 'show', hold, '--json'])).stdout));
    expect(answered.decision).toMatchObject({ state: 'approved', by: 'ana', comment: 'looks right' });
    const again = await coc(['approvals', 'approve', hold, '--as', 'eve']);
    expect(again).toMatchObject({ code: 1, stdout: '', stderr: expect.stringContaining('coc: HOLD_ENDED') });
  });

  it('is not approved by who asked for it, who is told what to do, but by whom COC_ACTOR names', async () => {
    const { id } = await held(mail);
    const refused = await coc(['approvals', 'approve', `${id}.0`]);
    expect(refused).toMatchObject({ code: 1, stdout: '' });
    expect(refused.stderr).toMatch(/^coc: FORBIDDEN: .*65.*local asked for it.*$/m);
    expect(refused.stderr).toMatch(/^next: .*--as NAME/m);
    const named = await coc(['approvals', 'approve', `${id}.0`], { env: { COC_ACTOR: 'ana' } });
    expect(named).toMatchObject({ code: 0, stdout: `${id}.0 approved by ana: mail\n` });
    expect(await coc(['watch', id])).toMatchObject(completed);
  });

  it('asked for by another name needs another than that', async () => {
    const { id, end } = await held(mail, '--as', 'eve');
    expect(end.stderr).toContain('eve asked for it, so NAME is somebody else');
    expect(await coc(['approvals', 'approve', `${id}.0`, '--as', 'eve'])).toMatchObject({ code: 1 });
    expect(await coc(['approvals', 'approve', `${id}.0`])).toMatchObject({ code: 0 });
    expect(await coc(['watch', id])).toMatchObject(completed);
  });

  it('fails when it is denied, also by who asked for it', async () => {
    const { id } = await held(mail);
    const denied = await coc(['approvals', 'deny', `${id}.0`, '--comment', 'not today']);
    expect(denied).toMatchObject({ code: 0, stdout: `${id}.0 denied by local: mail\n` });
    const end = await coc(['watch', id]);
    expect(end).toMatchObject({ code: 5, stdout: 'FAILED\n', stderr: expect.stringContaining('APPROVAL_DENIED') });
  });

  it('is approved as it was seen or not at all, and with another input', async () => {
    const { id } = await held(mail);
    const stale = await coc(['approvals', 'approve', `${id}.0`, '--as', 'ana', '--digest', '0'.repeat(64)]);
    expect(stale).toMatchObject({ code: 1, stderr: expect.stringContaining('coc approvals show') });
    const edited = ['approvals', 'approve', `${id}.0`, '--as', 'ana', '--input', '-'];
    expect(await coc(edited, { stdin: 'to: ana' })).toMatchObject({ code: 0 });
    expect(await coc(['watch', id])).toMatchObject(completed);
    expect(JSON.parse((await coc(['output', id])).stdout)).toEqual({ to: 'ana' });
  });

  it('goes by itself while its action has a grant, and is asked for again when that is taken back', async () => {
    const post: Json = { tasks: [{ id: 'post', action: 'risky.post', input: 1 }] };
    const { id } = await held(post);
    const approve = ['approvals', 'approve', `${id}.0`, '--as', 'ana', '--scope', 'action', '--for', '10m'];
    expect(await coc(approve)).toMatchObject({ code: 0 });
    expect((await coc(['approvals', 'grants'])).stdout).toMatch(/^risky\.post +65 +\S+Z +ana$/m);
    expect(await coc(['run', await planFile(post), '--wait'])).toMatchObject({ code: 0, stdout: '1\n' });
    expect(await coc(['approvals', 'revoke', 'risky.post'])).toMatchObject({ code: 0 });
    expect(await coc(['approvals', 'revoke', 'risky.post'])).toMatchObject({ code: 4 });
    await coc(['cancel', (await held(post)).id]);
  });
});

describe('a standstill', () => {
  it('ends every command that waits with 6, and says it to status --why', async () => {
    const after = { id: 'after', action: 'paid.call', dependsOn: ['mail'] };
    const { id } = await held({ tasks: [...(mail as { tasks: Json[] }).tasks, after] });
    const waiting = [
      ['watch', id],
      ['status', id, '--watch'],
      ['replay', id, '--follow'],
    ];
    for (const args of waiting) {
      const end = await coc(args);
      expect({ args, code: end.code }).toEqual({ args, code: 6 });
      expect(end.stderr).toContain(`"coc approvals deny ${id}.0 --url ${bed.services.url}"`);
    }
    const { stdout } = await coc(['status', id, '--why']);
    expect(stdout).toMatch(/^TASK .* FREED WHEN$/m);
    expect(stdout).toMatch(new RegExp(`^mail +held +an approval .* human .*"coc approvals show ${id}\\.0 .*$`, 'm'));
    expect(stdout).toMatch(/^after +waiting +tasks before it \(mail\) .* executor +the tasks before it end: mail$/m);
    const why = JSON.parse((await coc(['status', id, '--why', '-o', 'json'])).stdout) as { tasks: Json[] };
    expect(why.tasks).toMatchObject([
      {
        id: 'mail',
        freedBy: { commands: expect.arrayContaining([expect.stringMatching(/approvals approve .* --as NAME/)]) },
      },
      { id: 'after', freedBy: { commands: [] } },
    ]);
    await coc(['cancel', id]);
    expect(await coc(['watch', id])).toMatchObject({ code: 5, stdout: 'CANCELLED\n' });
  });

  it('is none while another task can go', async () => {
    const gate = { id: 'gate', action: 'slow.gate' };
    const file = await planFile({ tasks: [...(mail as { tasks: Json[] }).tasks, gate] });
    const run = bed.coc('run', file, '--wait');
    await run.line(/^held: mail waits/);
    await bed.work('slow.gate');
    expect(await run.ended()).toBe(6);
    const id = /submitted (\S+)/.exec(run.errors.join('\n'))?.[1] ?? '';
    const { body } = await bed.services.send('GET', `/directives/${id}`);
    expect(body).toMatchObject({ state: 'RUNNING', tasks: { open: 1, succeeded: 1 } });
    await coc(['cancel', id]);
  });
});

describe('a budget', () => {
  const paid = (id: string, costUsd: number, dependsOn: string[] = []): Json => ({
    id,
    action: 'paid.call',
    dependsOn,
    input: { output: id, usage: { costUsd, tokens: 3 } },
  });

  it('that is spent ends the wait with 6, is explained to the last cent, and lets go on when it is raised', async () => {
    const tasks = [paid('one', 0.3), paid('two', 0.123456, ['one']), paid('three', 0.1, ['two'])];
    const { id, end } = await held({ budget: { maxCostUsd: 0.75 }, tasks });
    expect(end.stderr).toMatch(
      new RegExp(`^held: three .* more budget, .*\\n.*"coc budget raise ${id} --usd LIMIT`, 'm'),
    );

    const explained = await coc(['budget', 'explain', id]);
    expect(explained).toMatchObject({ code: 0, stderr: expect.stringContaining(`next: coc budget raise ${id}`) });
    expect(explained.stdout).toMatch(/^charged +\$0\.423456 +6$/m);
    expect(explained.stdout).toMatch(/^\d+ +\S+Z +two +1 +task\.completed +\$0\.123456 +3$/m);
    expect(explained.stdout).toContain('\nwait for a higher budget: three\n');
    expect(explained.stdout).toContain(
      'accounts for every cent: charged $0.423456 and 6 tokens in 2 lines, reserved $0.00 and 0 tokens in 0 reservations',
    );

    const low = await coc(['budget', 'raise', id, '--usd', '0.2']);
    expect(low).toMatchObject({ code: 1, stderr: expect.stringContaining('coc budget explain') });
    const raised = await coc(['budget', 'raise', id, '--usd', '1', '--comment', 'worth it']);
    expect(raised).toMatchObject({ code: 0, stdout: expect.stringMatching(/^limit +\$1\.00 +no limit$/m) });
    expect(await coc(['watch', id])).toMatchObject(completed);
    const ledger = JSON.parse((await coc(['budget', 'explain', id, '--json'])).stdout) as Record<string, Json>;
    expect(ledger).toMatchObject({ accountsForAll: true, differences: [] });
    expect(BudgetLedger.loose().parse(ledger)).toMatchObject({ chargedUsd: 0.523456, waiting: [] });
  });

  it('that is not raised lets the task be given up', async () => {
    const { id } = await held({ budget: { maxCostUsd: 0.1 }, tasks: [paid('one', 0.3)] });
    expect(await coc(['approvals', 'resolve', `${id}.0`, 'retry'])).toMatchObject({ code: 1 });
    expect(await coc(['approvals', 'resolve', `${id}.0`, 'fail'])).toMatchObject({ code: 0 });
    expect(await coc(['watch', id])).toMatchObject({ code: 5, stdout: 'FAILED\n' });
  });
});

describe('an effect that nobody knows', () => {
  it('is completed with what a human found out', async () => {
    const { redis, processes } = bed.services;
    const script = join(root, 'test/setup/plain-worker.mjs');
    const options = '{"lockDuration":1000}';
    const worker = Spawned.start(process.execPath, [script, redis.url, '{coc:0}', 'lost.mail.0', options, 'hang']);
    processes.push(worker);
    await worker.line(/^ready$/);
    const run = bed.coc('run', await planFile({ tasks: [{ id: 'mail', action: 'lost.mail' }] }), '--wait');
    await worker.line(/^started/);
    await worker.kill();
    expect(await run.ended()).toBe(6);
    const id = /submitted (\S+)/.exec(run.errors.join('\n'))?.[1] ?? '';
    expect(run.errors.join('\n')).toContain(`coc approvals resolve ${id}.0 complete --output-file FILE`);
    expect(await coc(['approvals', 'resolve', `${id}.0`, 'complete'])).toMatchObject({ code: 2 });
    const complete = ['approvals', 'resolve', `${id}.0`, 'complete', '--output-file', '-', '--comment', 'it is there'];
    expect(await coc(complete, { stdin: '{"sent": 1}' })).toMatchObject({ code: 0 });
    expect(await coc(['watch', id])).toMatchObject(completed);
    expect(JSON.parse((await coc(['output', id])).stdout)).toEqual({ sent: 1 });
  });
});

it.each([
  [['approvals', 'approve', 'mail'], 'no id of a hold'],
  [['approvals', 'approve', 'x', '--for', '1h'], '--scope action'],
  [['approvals', 'approve', 'x', '--scope', 'all'], 'Allowed choices are task, directive, action'],
  [['approvals', 'resolve', 'x', 'perhaps'], 'Allowed choices are retry, complete, fail'],
  [['budget', 'raise', 'x'], 'no limit to set'],
  [['budget', 'raise', 'x', '--usd', '1e3'], 'It must be an amount'],
  [['approvals', 'list', '--as', ''], '--as names nobody'],
  [['approvals', 'list', '--as', 'a b'], 'letters, digits'],
])('%j exits 2 and says why', async (args, message) => {
  expect(await coc(args)).toMatchObject({ code: 2, stdout: '', stderr: expect.stringContaining(message) });
});
