import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { CheckpointList, CheckpointView, RetryPlan, limits, type Json } from '#libs/contracts';
import { problemOf } from './http-bed.js';
import { HttpFront, eventually } from './http-front-bed.js';

let front: HttpFront;
let isBroken = true;
/** How often each was done, by `<action> <input>`. */
const done = new Map<string, number>();
const keysSeen: string[] = [];
const gates = new Map<string, PromiseWithResolvers<void>>();

function count(name: string): void {
  done.set(name, (done.get(name) ?? 0) + 1);
}

function gate(name: string): PromiseWithResolvers<void> {
  const known = gates.get(name) ?? Promise.withResolvers<void>();
  gates.set(name, known);
  return known;
}

beforeAll(async () => {
  front = await HttpFront.open({
    COC_SHARDS: '2',
    COC_CHECKPOINT_INTERVAL_MS: '1',
    COC_CHECKPOINT_TASKS: '0',
  });
  const { rooms, artifacts } = front;
  await rooms.serve({ name: 'test.counted', effect: 'pure', maxCostUsd: 0.5 }, async ({ input }) => {
    count(`counted ${JSON.stringify(input).slice(0, 40)}`);
    return { output: input, usage: { costUsd: 0.25, tokens: 3 } };
  });
  await rooms.serve({ name: 'test.mended', effect: 'pure' }, async ({ input }) => {
    if (isBroken) throw new Error('it is broken');
    return input;
  });
  await rooms.serve({ name: 'test.files', effect: 'pure' }, async ({ directiveId }) => {
    count('files');
    const stored = await artifacts.put('local', directiveId, 'a report');
    const address = `${directiveId}.${stored.sha256}`;
    return { output: { address }, artifacts: [{ ...stored, name: 'report.txt', mimeType: 'text/plain' }] };
  });
  await rooms.serve({ name: 'test.once', effect: 'once' }, async ({ input }) => {
    count(`once ${input as string}`);
    if (input === 'waits') await gate('once').promise;
    if (input === 'fails' && isBroken) throw new Error('it is broken');
    return 'done';
  });
  await rooms.serve({ name: 'test.keyed', effect: 'keyed' }, async ({ effectKey }) => {
    keysSeen.push(effectKey);
    if (isBroken) throw Object.assign(new Error(JSON.stringify({ code: 'BROKEN', class: 'permanent' })));
    return effectKey;
  });
  await rooms.serve({ name: 'test.gate', effect: 'pure' }, async ({ input }) => {
    await gate(input as string).promise;
    return input;
  });
  await rooms.startExecutor();
});
afterAll(async () => {
  for (const { resolve } of gates.values()) resolve();
  await front.close();
});

async function retry(id: string, body?: Json): Promise<string> {
  const answer = await front.call('POST', `/directives/${id}/retry`, body);
  expect(answer).toMatchObject({ status: 202, json: { id: expect.any(String) } });
  return (answer.json as { id: string }).id;
}

async function dryRun(id: string, body: object = {}): Promise<RetryPlan> {
  const answer = await front.call('POST', `/directives/${id}/retry`, { ...body, dryRun: true });
  expect(answer.status).toBe(200);
  return RetryPlan.parse(answer.json);
}

async function checkpoints(id: string): Promise<CheckpointView[]> {
  return CheckpointList.parse(await front.get(`/directives/${id}/checkpoints`)).items;
}

const fates = ({ tasks }: RetryPlan): string[] => tasks.map(({ id, fate }) => `${id} ${fate}`);

const large = 'x'.repeat(50_000);

describe('a retry from the last checkpoint', () => {
  const body: Json = {
    input: { large, list: [1, 2, 3] },
    output: { all: { $task: 'last' } },
    budget: { maxCostUsd: 5 },
    tasks: [
      { id: 'small', action: 'test.counted', input: 'small' },
      { id: 'large', action: 'test.counted', input: { $input: '/large' } },
      {
        id: 'each',
        action: 'test.counted',
        forEach: { items: { $input: '/list' } },
        input: { n: { $item: '' }, of: { $task: 'small' } },
      },
      { id: 'files', action: 'test.files' },
      { id: 'mended', action: 'test.mended', input: 'mended', maxRetries: 0, dependsOn: ['each', 'files', 'large'] },
      {
        id: 'last',
        action: 'test.counted',
        dependsOn: ['mended'],
        input: { each: { $task: 'each' }, file: { $task: 'files' }, large: { $task: 'large' } },
      },
    ],
  };

  it('keeps what had succeeded with its outputs and artifacts, and neither runs nor charges it again', async () => {
    isBroken = true;
    done.clear();
    const first = await front.run(body);
    expect(first).toMatchObject({ state: 'FAILED', budget: { chargedUsd: 1.25 } });
    const before = new Map(done);
    isBroken = false;

    const id = await retry(first.id);
    expect(await front.rooms.finished(id)).toBe('COMPLETED');
    for (const [name, times] of before) expect([name, done.get(name)]).toEqual([name, times]);
    expect([...done].filter(([name]) => !before.has(name))).toHaveLength(1);
    const again = await front.directive(id);
    expect(again).toMatchObject({ retryOf: first.id, tasks: { total: 6, succeeded: 6 }, budget: { chargedUsd: 0.25 } });
    const { planHash } = again;
    expect(planHash).toBe(first.planHash);

    // Nothing of the first is needed any more.
    expect((await front.call('DELETE', `/directives/${first.id}`)).status).toBe(204);
    const { output } = await front.get<{ output: { all: Record<string, Json> } }>(`/directives/${id}/output`);
    expect(output.all['each']).toEqual([1, 2, 3].map((n) => ({ n, of: 'small' })));
    expect(output.all['large']).toBe(large);
    const { address } = output.all['file'] as { address: string };
    expect(address.startsWith(`${id}.`)).toBe(true);
    const file = await front.call('GET', `/artifacts/${address}`);
    expect([file.status, file.text]).toEqual([200, 'a report']);
    const kept = (await front.rooms.events(id)).find(({ type }) => type === 'directive.kept');
    expect(kept!.data).toMatchObject({
      from: first.id,
      checkpoint: expect.any(Number),
      tasks: ['small', 'large', 'each', 'files'],
    });
    expect((await front.tasks(id)).get('small')).toMatchObject({ state: 'succeeded', attempt: 0, costUsd: 0 });
  });

  it('of a retry keeps what that one had kept', async () => {
    isBroken = true;
    done.clear();
    const first = await front.run(body);
    const second = await retry(first.id);
    await front.rooms.finished(second);
    isBroken = false;
    const third = await retry(second);
    expect(await front.rooms.finished(third)).toBe('COMPLETED');
    expect(done.get('counted "small"')).toBe(1);
    expect(done.get('files')).toBe(1);
  });

  it('is shown before it is made, and then nothing is stored', async () => {
    isBroken = true;
    const { id } = await front.run(body);
    const prints = await front.fingerprint();
    const plan = await dryRun(id);
    expect(await front.fingerprint()).toEqual(prints);
    expect(plan).toMatchObject({
      retryOf: id,
      from: 'checkpoint',
      checkpoint: (await checkpoints(id))[0]!.number,
      kept: 4,
      runs: 2,
      asks: 0,
      keptUsd: 1.25,
    });
    expect(fates(plan)).toEqual(['small keep', 'large keep', 'each keep', 'files keep', 'mended run', 'last run']);
    expect(plan.cost).toMatchObject({ onceUsd: 0.5, fitsBudget: true });
    expect(await dryRun(id, { from: 'start' })).toMatchObject({ from: 'start', checkpoint: null, kept: 0, runs: 6 });
  });

  it('runs again what names more files than are taken along, and its dry run says so', async () => {
    isBroken = true;
    done.clear();
    const sums = Array.from({ length: limits.maxKeptArtifacts + 1 }, (_, at) => at.toString(16).padStart(64, '0'));
    const named: Json = {
      tasks: [
        { id: 'few', action: 'test.counted', input: 'few' },
        { id: 'many', action: 'test.counted', input: sums },
        { id: 'mended', action: 'test.mended', input: 'mended', maxRetries: 0, dependsOn: ['few', 'many'] },
      ],
      budget: { maxCostUsd: 5 },
    };
    const { id } = await front.run(named);
    const { redis, keys } = front.rooms;
    const entry = JSON.stringify({ name: 'f', mimeType: 'text/plain', bytes: 1, task: 'mended' });
    await redis.hset(keys.artifacts(id), Object.fromEntries(sums.map((sha256) => [sha256, entry])));
    const plan = await dryRun(id);
    expect(fates(plan)).toEqual(['few keep', 'many run', 'mended run']);
    expect(plan.tasks[1]!.why).toContain('too much to be taken over');
    isBroken = false;
    const again = await retry(id);
    expect(await front.rooms.finished(again)).toBe('COMPLETED');
    expect(done.get('counted "few"')).toBe(1);
  });

  it('of one with a broken fan-out makes its children anew, and says so', async () => {
    isBroken = true;
    const { id } = await front.run({
      tasks: [
        { id: 'a', action: 'test.counted', input: 'alone' },
        {
          id: 'each',
          action: 'test.mended',
          forEach: { items: [1, 2] },
          input: { $item: '' },
          maxRetries: 0,
          dependsOn: ['a'],
        },
      ],
    });
    expect((await dryRun(id)).tasks).toMatchObject([
      { id: 'a', fate: 'keep' },
      { id: 'each', fate: 'run', why: 'its children are made anew' },
    ]);
    isBroken = false;
    expect(await front.rooms.finished(await retry(id))).toBe('COMPLETED');
  });

  it('of a keyed task that was begun uses the effect key of before', async () => {
    isBroken = true;
    keysSeen.length = 0;
    const { id } = await front.run({ tasks: [{ id: 'k', action: 'test.keyed', maxRetries: 0 }] });
    isBroken = false;
    await front.rooms.finished(await retry(id));
    expect(new Set(keysSeen)).toEqual(new Set([`${id}.0`]));
  });
});

describe('a task whose effect must not come twice', () => {
  it('is asked about where nobody knows whether it had it', async () => {
    done.clear();
    const id = await front.submit({ tasks: [{ id: 'o', action: 'test.once', input: 'waits' }] });
    await eventually(
      async () => done.get('once waits'),
      (times) => times === 1,
    );
    await front.call('POST', `/directives/${id}/cancel`);
    gate('once').resolve();
    await front.rooms.finished(id);
    const plan = await dryRun(id);
    expect(plan).toMatchObject({ kept: 0, runs: 1, asks: 1 });
    expect(plan.tasks[0]!.why).toContain('nobody knows whether it had its effect');

    // Not even who may let all of the action go has looked whether it happened.

    const grant = JSON.stringify({ maxScore: 100, by: 'kim', at: 1 });
    for (const shard of [0, 1])
      await front.rooms.redis.hset(front.rooms.keys.grants(shard, 'local'), `test.once.${shard}`, grant);
    const again = await retry(id);
    await front.rooms.until(again, ({ type }) => type === 'task.held');
    expect(done.get('once waits')).toBe(1);
    const hold = await front.get<{ digest: string }>(`/approvals/${again}.0`);
    expect(hold).toMatchObject({ kind: 'approval', risk: { reasons: [expect.stringContaining(id)] } });
    const answer = await front.call('POST', `/approvals/${again}.0/approve`, { digest: hold.digest });
    expect(answer.status).toBe(200);
    expect(await front.rooms.finished(again)).toBe('COMPLETED');
    expect(done.get('once waits')).toBe(2);
  });

  it('is asked about for each child of a fan-out that is made anew; one answer for the directive does for all', async () => {
    isBroken = true;
    done.clear();
    const each = { id: 'each', action: 'test.once', forEach: { items: ['x', 'fails'] }, input: { $item: '' } };
    const { id } = await front.run({ tasks: [each] });
    expect(done.get('once x')).toBe(1);
    isBroken = false;
    const again = await retry(id);
    await front.rooms.until(again, ({ type, task }) => type === 'task.held' && task === 'each[1]');
    expect(done.get('once x')).toBe(1);
    const answer = await front.call('POST', `/approvals/${again}.1/approve`, { scope: 'directive' });
    expect(answer.status).toBe(200);
    expect(await front.rooms.finished(again)).toBe('COMPLETED');
    expect(done.get('once x')).toBe(2);
  });

  it('is not run again in silence where a retry begins at the start by itself', async () => {
    gates.delete('once');
    const tasks: Json = [
      { id: 'o', action: 'test.once', input: 'waits', optional: true, timeoutMs: 60_000 },
      { id: 'end', action: 'test.gate', input: 'open' },
    ];
    const id = await front.submit({ tasks });
    await front.rooms.until(id, ({ type, task }) => type === 'task.started' && task === 'o');
    expect((await front.call('POST', `/directives/${id}/complete`)).status).toBe(200);
    gate('once').resolve();
    gate('open').resolve();
    const refusal = await front.refusal('POST', `/directives/${id}/retry`);
    expect(refusal).toMatchObject({ status: 409, code: 'CHECKPOINT_UNUSABLE' });
    expect(refusal.detail).toContain('"o"');
    expect(await dryRun(id, { from: 'start' })).toMatchObject({ from: 'start', runs: 2 });
  });

  it('is not run again in silence either where it succeeded, and the directive with it', async () => {
    gate('paid').resolve();
    const { id, state } = await front.run({ tasks: [{ id: 'o', action: 'test.once', input: 'paid' }] });
    expect(state).toBe('COMPLETED');
    const refusal = await front.refusal('POST', `/directives/${id}/retry`);
    expect(refusal).toMatchObject({ status: 409, code: 'CHECKPOINT_UNUSABLE' });
    expect(refusal.detail).toContain('would come twice');
    expect(await dryRun(id, { from: 'start' })).toMatchObject({ from: 'start', runs: 1 });
  });

  it('is asked about where it succeeded after the checkpoint', async () => {
    done.clear();
    const id = await front.submit({
      tasks: [
        { id: 'gate', action: 'test.gate', input: 'late' },
        { id: 'o', action: 'test.once', input: 'late', dependsOn: ['gate'] },
        { id: 'end', action: 'test.gate', input: 'never', dependsOn: ['o'] },
      ],
    });
    await front.rooms.until(id, ({ type }) => type === 'task.started');
    const made = await front.call('POST', `/directives/${id}/checkpoints`, { reason: 'before it' });
    expect(made.status).toBe(201);
    const { number } = CheckpointView.parse(made.json);
    gate('late').resolve();
    await front.rooms.until(id, ({ type, task }) => type === 'task.queued' && task === 'end');
    await front.call('POST', `/directives/${id}/cancel`);
    expect(fates(await dryRun(id, { checkpoint: number }))).toEqual(['gate run', 'o ask', 'end run']);
    expect(fates(await dryRun(id))).toEqual(['gate keep', 'o keep', 'end run']);
  });
});

describe('the checkpoints of a directive', () => {
  it('are made by order, at a pause, in time and by its end, and are listed with the newest first', async () => {
    const id = await front.submit({
      tasks: [
        { id: 'a', action: 'test.counted', input: 'first' },
        { id: 'b', action: 'test.gate', input: 'b', dependsOn: ['a'] },
      ],
    });
    await front.rooms.until(id, ({ type }) => type === 'checkpoint.created');
    await front.call('POST', `/directives/${id}/pause`);
    await front.call('POST', `/directives/${id}/checkpoints`, { reason: 'mine' }, { 'coc-actor': 'kim' });
    const open = await checkpoints(id);
    expect(open.map(({ kind, reason, by }) => [kind, reason, by])).toEqual([
      ['manual', 'mine', 'kim'],
      ['automatic', 'paused', 'local'],
      ['automatic', 'interval', null],
    ]);
    expect(open[0]).toMatchObject({ number: 3, state: 'PAUSED', tasks: { succeeded: 1, open: 1 }, chargedUsd: 0.25 });
    await front.call('POST', `/directives/${id}/cancel`);
    const all = await checkpoints(id);
    const directive = await front.directive(id);
    expect(all[0]).toMatchObject({ number: 4, reason: 'end', state: 'CANCELLED', seq: directive.lastSeq });
    const page = await front.get<CheckpointList>(`/directives/${id}/checkpoints?limit=3`);
    expect(page.items.map(({ number }) => number)).toEqual([4, 3, 2]);
    const rest = await front.get<CheckpointList>(`/directives/${id}/checkpoints?limit=3&cursor=${page.nextCursor}`);
    expect(rest).toMatchObject({ items: [{ number: 1 }], nextCursor: null });
    expect(await front.get(`/directives/${id}/checkpoints/3`)).toEqual(all[1]);
    expect((await front.call('DELETE', `/directives/${id}`)).status).toBe(204);
    expect(await front.rooms.redis.exists(front.rooms.keys.checkpoints(id))).toBe(0);
  });

  it('are refused with a reason, and nothing is stored', async () => {
    const { id } = await front.run({ tasks: [{ id: 'a', action: 'test.counted', input: 'x' }] });
    const path = `/directives/${id}`;
    const refused: [string, string, Json | undefined, number, string][] = [
      ['POST', `${path}/checkpoints`, undefined, 409, 'TRANSITION_ILLEGAL'],
      ['POST', `${path}/checkpoints`, { why: 'x' }, 400, 'UNKNOWN_FIELD'],
      ['GET', `${path}/checkpoints/7`, undefined, 404, 'NOT_FOUND'],
      ['GET', `${path}/checkpoints/x`, undefined, 404, 'NOT_FOUND'],
      ['GET', `${path}/checkpoints?cursor=x`, undefined, 400, 'CURSOR_INVALID'],
      ['POST', `${path}/retry`, { from: 'checkpoint' }, 409, 'CHECKPOINT_UNUSABLE'],
      ['POST', `${path}/retry`, { from: 'start', checkpoint: 1 }, 400, 'REQUEST_INVALID'],
      ['POST', `${path}/retry`, { checkpoint: 7 }, 404, 'NOT_FOUND'],
      ['POST', `${path}/retry`, { from: 'there' }, 400, 'REQUEST_INVALID'],
    ];
    for (const [method, where, body, status, code] of refused)
      expect(await front.refusal(method, where, body)).toMatchObject({ status, code, changed: [] });
    const intent = await front.run({ intent: 'do what nobody knows how to do' });
    expect(problemOf(await front.call('POST', `/directives/${intent.id}/retry`, { from: 'checkpoint' }))).toMatchObject(
      {
        code: 'CHECKPOINT_UNUSABLE',
      },
    );
  });
});
