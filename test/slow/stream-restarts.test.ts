import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { root } from '../e2e/services.js';
import { RoomsBed } from '../flow/rooms-bed.js';
import { SseClient } from '../flow/sse-client.js';
import { Spawned } from '../setup/spawned.js';

const tenantClients = 250;
const clientsPerDirective = 25;
const restarts = 10;
const workMs = 40;

let rooms: RoomsBed;
let orchestrator: Spawned;
let url = '';
let owner: { authorization: string };

async function startOrchestrator(): Promise<void> {
  const env = { REDIS_URL: rooms.env.redis.url, COC_PORT: '0', COC_SHARDS: '2', COC_DATA_DIR: rooms.env.dataDir };
  orchestrator = Spawned.start(process.execPath, [join(root, 'dist/apps/orchestrator/src/main.js')], env);
  url = (JSON.parse(await orchestrator.line(/is running/)) as { url: string }).url;
  owner = { authorization: `Bearer ${(await readFile(join(rooms.env.dataDir, 'owner.key'), 'utf8')).trim()}` };
}

beforeAll(async () => {
  rooms = await RoomsBed.open({ COC_SHARDS: '2' });
  await rooms.serve({ name: 'test.work', effect: 'pure' }, async () => pause(workMs, 'done'), { concurrency: 4 });
  await rooms.startExecutor();
  await startOrchestrator();
});

afterAll(async () => {
  await orchestrator.kill();
  await rooms.close();
});

/** One who comes again whenever the stream breaks, with the last position it got. */
class Follower {
  /** `<directive> <seq>`, as they came. */
  readonly seen: string[] = [];
  connections = 0;
  isConnected = false;
  private current: SseClient | undefined;
  private position: string | undefined;
  private isDone = false;

  constructor(private readonly path: string) {}

  /** Until it is told that it has all, or the server says so with a 204. */
  async run(): Promise<this> {
    while (!this.isDone) {
      const headers = { ...owner, ...(this.position ? { 'last-event-id': this.position } : {}) };
      const client = await SseClient.open(`${url}/api/v1${this.path}`, headers).catch(() => undefined);
      if (client?.status === 204) break;
      if (client) await this.follow(client);
      // Its server is away; all at once they would only take turns in being refused.
      await pause(50 + Math.random() * 150);
    }
    return this;
  }

  private async follow(client: SseClient): Promise<void> {
    if (client.status !== 200)
      throw new Error(`${this.path} answered ${client.status} at ${this.position ?? 'no position'}`);
    this.current = client;
    this.isConnected = true;
    this.connections += 1;
    client.response.on('close', () => (this.isConnected = false));
    await client.closed;
    this.position = client.lastEventId === '' ? this.position : client.lastEventId;
    this.seen.push(...client.views.map(({ directiveId, seq }) => `${directiveId} ${seq}`));
  }

  get count(): number {
    return this.seen.length + (this.isConnected ? this.current!.events.length : 0);
  }

  finish(): void {
    this.isDone = true;
    this.current?.close();
  }
}

async function until(isIt: () => boolean, what: string): Promise<void> {
  const deadline = performance.now() + 120_000;
  while (!isIt()) {
    if (performance.now() > deadline) throw new Error(`not in 120 s: ${what}`);
    await pause(20);
  }
}

/** Three rows of tasks, each after the one before: some 40 events. */
async function submit(at: number): Promise<string> {
  const rows = [0, 1, 2].flatMap((row) => [0, 1, 2, 3].map((place) => ({ row, place })));
  const tasks = rows.map(({ row, place }) => ({
    id: `r${row}p${place}`,
    action: 'test.work',
    ...(row === 0 ? {} : { dependsOn: [`r${row - 1}p${place}`] }),
  }));
  return rooms.submit(tasks, { shard: at % 2 });
}

it('500 clients see every event of every directive once, in order, through 10 kills of the orchestrator', async () => {
  const everything = Array.from({ length: tenantClients }, () => new Follower('/events/stream'));
  const runs = everything.map(async (follower) => follower.run());
  await until(() => everything.every(({ isConnected }) => isConnected), 'all tenant clients are connected');
  const singles = new Map<string, Follower[]>();
  const all = (): Follower[] => [...everything, ...[...singles.values()].flat()];
  for (let round = 0; round < restarts; round += 1) {
    await until(
      () => everything.filter(({ isConnected }) => isConnected).length > tenantClients * 0.8,
      'most are back',
    );
    const id = await submit(round);
    const mine = Array.from({ length: clientsPerDirective }, () => new Follower(`/directives/${id}/events/stream`));
    singles.set(id, mine);
    runs.push(...mine.map(async (follower) => follower.run()));
    const seenBefore = everything[0]!.count;
    await until(() => everything[0]!.count >= seenBefore + 10, `somebody sees events in round ${round}`);
    await orchestrator.kill();
    await startOrchestrator();
  }
  const ids = [...singles.keys()];
  const totals = new Map<string, number>();
  for (const id of ids) {
    expect(await rooms.finished(id, 60_000)).toBe('COMPLETED');
    totals.set(id, Number(await rooms.field(id, 'seq')));
  }
  const total = [...totals.values()].reduce((sum, count) => sum + count);
  await until(() => everything.every(({ count }) => count >= total), 'all tenant clients have seen all events');
  for (const follower of everything) follower.finish();
  await Promise.all(runs);
  expect(all()).toHaveLength(500);
  for (const id of ids) {
    const story = Array.from({ length: totals.get(id)! }, (_, at) => `${id} ${at + 1}`);
    for (const { seen } of everything) expect(seen.filter((name) => name.startsWith(id))).toEqual(story);
    for (const { seen } of singles.get(id)!) expect(seen).toEqual(story);
  }
  expect(everything.every(({ seen }) => seen.length === total)).toBe(true);
  const comebacks = everything.reduce((sum, { connections }) => sum + connections - 1, 0);
  expect(comebacks).toBeGreaterThan(tenantClients * restarts * 0.8);
}, 240_000);
