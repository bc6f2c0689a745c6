import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Json } from '#libs/contracts';
import { createLogger } from '#libs/telemetry';
import { bootRecorder } from '#apps/recorder';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { HttpFront, eventually } from './http-front-bed.js';
import { bearer, makeKey } from './identity-bed.js';

let front: HttpFront;
let folder: string;
let recorder: Awaited<ReturnType<typeof bootRecorder>>;
const gate = Promise.withResolvers<void>();

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'coc-metrics-'));
  front = await HttpFront.open({ TRACE_DIR: folder, COC_SHARDS: '2' });
  recorder = await bootRecorder(front.rooms.env, createLogger('recorder', 'silent'));
  await front.rooms.serve({ name: 'test.paid', effect: 'pure', maxCostUsd: 1 }, async ({ input }) => {
    return { output: input, usage: { costUsd: 0.25, tokens: 1 } };
  });
  let tries = 0;
  await front.rooms.serve({ name: 'test.second', effect: 'pure' }, async () => {
    if ((tries += 1) === 1) throw new Error('the first try fails');
    return 1;
  });
  await front.rooms.serve({ name: 'test.gate', effect: 'pure' }, async () => gate.promise, { concurrency: 1 });
  await front.rooms.startExecutor();
});
afterAll(async () => {
  gate.resolve();
  await recorder.close();
  await front.close();
  await rm(folder, { recursive: true, force: true });
});

/** Every series with its value, the labels sorted. */
async function read(): Promise<Map<string, number>> {
  const response = await fetch(`${front.app.url}/metrics`, { headers: front.owner });
  expect(response.headers.get('content-type')).toContain('text/plain');
  const lines = (await response.text()).split('\n').filter((line) => line !== '' && !line.startsWith('#'));
  return new Map(
    lines.map((line) => {
      const [, name, labels = '', value] = /^(\w+)(?:\{(.*)\})? (\S+)$/.exec(line)!;
      const sorted = labels
        .split(/,(?=\w+=)/)
        .toSorted()
        .join();
      return [sorted === '' ? name! : `${name}{${sorted}}`, Number(value)];
    }),
  );
}

const until = async (isIt: (series: Map<string, number>) => boolean) => eventually(read, isIt);
const task = (id: string, action: string, more: Record<string, Json> = {}): Json => ({ id, action, ...more });

describe('/metrics', () => {
  it('says what became of tasks, how long they took and what they cost', async () => {
    const view = await front.run({
      budget: { maxCostUsd: 2 },
      tasks: [task('a', 'test.paid', { input: 1 }), task('b', 'test.second', { dependsOn: ['a'], retryDelayMs: 1 })],
    });
    expect(view.state).toBe('COMPLETED');
    const series = await until((all) => all.has('coc_directives_total{state="COMPLETED"}'));
    expect(series.get('orchestrator_tasks_total{action="test.paid",result="success"}')).toBe(1);
    expect(series.get('orchestrator_tasks_total{action="test.second",result="success"}')).toBe(1);
    expect(series.get('coc_task_retries_total{action="test.second"}')).toBe(1);
    expect(series.get('coc_spend_usd_total{action="test.paid"}')).toBe(0.25);
    expect(series.get('coc_task_wait_seconds_count{action="test.second"}')).toBe(2);
    expect(series.get('coc_task_work_seconds_count{action="test.second"}')).toBe(2);
    expect(series.get('coc_recorder_lag_seconds')).toBeGreaterThanOrEqual(0);
  });

  it('says what is in line, who works, and what is not over', async () => {
    const ids = [await front.submit({ tasks: [task('a', 'test.gate'), task('b', 'test.gate')] })];
    const series = await until((all) => (all.get('coc_queue_depth{action="test.gate"}') ?? 0) === 2);
    expect(series.get('orchestrator_active_agents{action="test.gate"}')).toBe(2);
    expect(series.get('coc_queue_oldest_wait_seconds{action="test.gate"}')).toBeGreaterThanOrEqual(0);
    expect(series.get('orchestrator_active_sessions')).toBeLessThanOrEqual(1);
    gate.resolve();
    expect(await front.rooms.finished(ids[0]!)).toBe('COMPLETED');
  });

  it('measures requests by their route, not by their path', async () => {
    await front.call('GET', '/directives/d0_01ARZ3NDEKTSV4RRFFQ69G5FAV');
    await fetch(`${front.app.url}/no/such/path`);
    const series = await read();
    const count = (labels: string) => series.get(`http_request_duration_seconds_count{${labels}}`);
    expect(count('method="GET",route="/api/v1/directives/:id",status="404"')).toBe(1);
    expect(count('method="GET",route="none",status="404"')).toBe(1);
    expect([...series.keys()].join('\n')).not.toMatch(/01ARZ3NDEKTSV4RRFFQ69G5FAV|such/);
  });

  it('is for viewers of the installation, and for nobody else', async () => {
    const statusOf = async (headers: Record<string, string>) =>
      (await fetch(`${front.app.url}/metrics`, { headers })).status;
    const keyOf = async (tenant: string) =>
      bearer((await makeKey(front, { name: 'prom', tenant, roles: ['viewer'] })).key);
    expect(await statusOf({})).toBe(401);
    expect(await statusOf(await keyOf('acme'))).toBe(403);
    expect(await statusOf(await keyOf('local'))).toBe(200);
  });
});
