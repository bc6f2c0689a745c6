import { afterAll, beforeAll, expect, it } from '@jest/globals';
import type { SseClient } from './sse-client.js';
import { StreamBed } from './stream-bed.js';

let bed: StreamBed;

beforeAll(async () => {
  bed = await StreamBed.open({ COC_STREAM_HEARTBEAT_MS: '1000' });
});

afterAll(async () => bed.close());

/** Some pages of them, before anybody joins. */
const firstEvents = 902;

/** One event after the other, to each of the directives in turn, until it is told to stop. */
class Load {
  rounds = 0;
  private isOn = true;
  private readonly running: Promise<void>;

  constructor(private readonly ids: readonly string[]) {
    this.running = this.run();
  }

  /** How many events each directive has. */
  get each(): number {
    return firstEvents + this.rounds;
  }

  async stop(): Promise<void> {
    this.isOn = false;
    await this.running;
  }

  private async run(): Promise<void> {
    while (this.isOn) {
      for (const id of this.ids) await bed.emit(id, 1);
      this.rounds += 1;
    }
  }
}

const latest = (client: SseClient): number => client.events.at(-1)?.view.seq ?? 0;

/** One who joins and leaves, and keeps `<directive> <seq>` of everything it was sent. */
class Joiner {
  readonly seen: string[] = [];

  constructor(
    private readonly what: string,
    private position: string,
  ) {}

  /** Joins, comes to what happens now, and leaves. */
  async joinOften(turns: number, load: Load): Promise<void> {
    for (let turn = 0; turn < turns; turn += 1) await this.follow((client) => latest(client) >= load.each - 1);
  }

  async readUntil(total: number): Promise<void> {
    if (this.seen.length < total) await this.follow((client) => this.seen.length + client.events.length >= total);
  }

  private async follow(isEnough: (client: SseClient) => boolean): Promise<void> {
    const client = await bed.follow(this.what, this.position);
    await client.until(() => isEnough(client));
    client.close();
    this.seen.push(...client.views.map(({ directiveId, seq }) => `${directiveId} ${seq}`));
    this.position = client.lastEventId;
  }
}

it('whoever joins in the middle, leaves and joins again gets each event once and in order', async () => {
  const first = await bed.follow();
  await first.until(() => first.lastEventId !== '');
  const start = first.lastEventId;
  const ids = [await bed.still(0), await bed.still(1)];
  await Promise.all(ids.map(async (id) => bed.emit(id, firstEvents - 2)));
  const tenants = Array.from({ length: 4 }, () => new Joiner('', start));
  const singles = ids.map((id) => new Joiner(id, '0'));
  const load = new Load(ids);
  await Promise.all([...tenants, ...singles].map(async (joiner) => joiner.joinOften(60, load)));
  await load.stop();
  await Promise.all(tenants.map(async (joiner) => joiner.readUntil(load.each * ids.length)));
  await Promise.all(singles.map(async (joiner) => joiner.readUntil(load.each)));
  const stories = ids.map((id) => Array.from({ length: load.each }, (_, at) => `${id} ${at + 1}`));
  for (const { seen } of tenants) {
    expect(ids.map((id) => seen.filter((name) => name.startsWith(id)))).toEqual(stories);
  }
  expect(singles.map(({ seen }) => seen)).toEqual(stories);
});
