import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { actionQueue, type Json } from '#libs/contracts';
import { openRedis, type Redis } from '#libs/redis';
import { Keys, ShardEvents, streamStart, type Positions } from '#libs/state';
import { Services, root } from '../e2e/services.js';
import { Spawned } from '../setup/spawned.js';

const queued = 50_000;
const small = 300;
/** 300 of them, so far apart, take 12 s: in that time each sweep looks twice or more. */
const apartMs = 40;
const mostMemoryBytes = 500_000_000;
const waitingAction = 'test.wait';
const waitingQueue = actionQueue(waitingAction, 0);

let services: Services;
let executor: Spawned;
let redis: Redis;
let tally: EventTally;
const keys = new Keys('coc');

/** How often each type of event was written, as the shard's stream says. */
class EventTally {
  private readonly counts = new Map<string, number>();
  private readonly positions: Positions = new Map([[0, streamStart]]);

  constructor(private readonly events: ShardEvents) {}

  async read(): Promise<Record<string, number>> {
    for (;;) {
      const pointers = await this.events.pointers(redis, this.positions, { count: 1_000, blockMs: null });
      const last = pointers.at(-1);
      if (last === undefined) return Object.fromEntries(this.counts);
      this.positions.set(0, last.streamId);
      for (const { type } of pointers) this.counts.set(type, (this.counts.get(type) ?? 0) + 1);
    }
  }
}

beforeEach(async () => {
  services = await Services.open();
  redis = openRedis({ url: services.redis.url });
  await redis.connect();
  tally = new EventTally(new ShardEvents(redis, keys));
  executor = await services.start('executor');
  await services.start('orchestrator');
  await services.start('workers', { COC_ACTIONS: 'docs.collect' });
  await services.send('PUT', `/actions/${waitingAction}`, { effect: 'pure' });
});

afterEach(async () => {
  redis.disconnect();
  await services.close();
});

function say(text: string): void {
  process.stdout.write(`many-queued: ${text}\n`);
}

async function until(isIt: () => Promise<boolean>, what: string): Promise<void> {
  const deadline = performance.now() + 240_000;
  while (!(await isIt())) {
    if (performance.now() > deadline) throw new Error(`not in 240 s: ${what}`);
    await pause(100);
  }
}

/** Tasks that wait for room in the window, and attempts that wait for a worker. */
async function countWaiting(): Promise<number> {
  return (await redis.zcard(keys.ready(0, waitingQueue))) + (await redis.zcard(keys.inflight(0, waitingQueue)));
}

async function submitMany(directives: number): Promise<void> {
  const tasks = Array.from({ length: queued / directives }, (_, at) => ({
    id: `t${at}`,
    action: waitingAction,
    input: { number: at },
  }));
  let left = directives;
  const submitSome = async (): Promise<void> => {
    while (left-- > 0) await services.submit({ tasks });
  };
  await Promise.all(Array.from({ length: 16 }, submitSome));
}

/** Two tasks, one after the other. */
function smallDirective(): Json {
  const task = { action: 'docs.collect', input: { folder: join(root, 'docs/playbooks') } };
  return {
    tasks: [
      { ...task, id: 'first' },
      { ...task, id: 'second', dependsOn: ['first'] },
    ],
  };
}

/** One every 40 ms, whether the one before was answered or not. Answers the milliseconds each took to be accepted. */
async function submitSmall(): Promise<number[]> {
  const answers: Promise<number>[] = [];
  for (let at = 0; at < small; at += 1) {
    const sentAt = performance.now();
    answers.push(services.submit(smallDirective()).then(() => performance.now() - sentAt));
    await pause(apartMs);
  }
  return Promise.all(answers);
}

/** Any BullMQ worker is a worker. */
async function startPlainWorker(): Promise<void> {
  const script = join(root, 'test/setup/plain-worker.mjs');
  const args = [script, services.redis.url, keys.root(0), waitingQueue, '{"concurrency":100}', 'quiet'];
  const worker = Spawned.start(process.execPath, args);
  services.processes.push(worker);
  await worker.line(/^ready$/);
}

async function sayMemory(): Promise<number> {
  const bytes = Number(/used_memory:(\d+)/.exec(await redis.info('memory'))![1]);
  say(`used_memory ${Math.round(bytes / 1e6)} MB`);
  return bytes;
}

function sayLatency(tookMs: readonly number[]): void {
  const sorted = tookMs.toSorted((a, b) => a - b);
  const at = (share: number): string => sorted[Math.ceil(sorted.length * share) - 1]!.toFixed(1);
  say(`accepted in ${at(0.5)} ms (p50), ${at(0.99)} ms (p99), ${at(1)} ms (most)`);
}

/** What a storm would have said: an executor warns of every repair and of every failure. That nobody serves the queue is true until the worker comes. */
function complaints(): string[] {
  return [...executor.lines, ...executor.errors].filter(
    (line) => !line.includes('"level":30') && !line.includes('no worker takes jobs from the queue'),
  );
}

it.each([5, 5_000])(
  '50,000 tasks of %i directives wait without a retry or a repair, let others pass, and all complete',
  async (directives) => {
    const startedAt = performance.now();
    await submitMany(directives);
    say(`${directives} directives accepted in ${Math.round(performance.now() - startedAt)} ms`);
    await until(async () => (await countWaiting()) === queued, 'all tasks are queued');
    say(`queued in ${Math.round(performance.now() - startedAt)} ms`);
    sayLatency(await submitSmall());
    await until(async () => (await tally.read())['directive.completed'] === small, 'the small directives are done');
    expect(await countWaiting()).toBe(queued);
    expect(await sayMemory()).toBeLessThanOrEqual(mostMemoryBytes);
    expect(complaints()).toEqual([]);
    const releasedAt = performance.now();
    await startPlainWorker();
    const everything = directives + small;
    await until(async () => (await tally.read())['directive.completed'] === everything, 'all directives are done');
    say(`${Math.round((queued / (performance.now() - releasedAt)) * 1e3)} tasks/s`);
    await sayMemory();
    const { 'directive.degraded': degraded = 0, 'directive.recovered': recovered = 0, ...told } = await tally.read();
    // One that has no open task any more by then ends, and that says it all.
    expect(recovered).toBeLessThanOrEqual(degraded);
    // How many checkpoints are made depends on how long it took.
    delete told['checkpoint.created'];
    expect(told).toEqual({
      'directive.accepted': everything,
      'directive.planned': everything,
      'directive.started': everything,
      'directive.completed': everything,
      'task.queued': queued + 2 * small,
      'task.started': queued + 2 * small,
      'task.completed': queued + 2 * small,
    });
  },
  240_000,
);
