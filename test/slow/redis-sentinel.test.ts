import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { startSentinels, type TestSentinels } from '#libs/testing';
import { Services } from '../e2e/services.js';

const promotions = 2;

let group: TestSentinels;
let services: Services<TestSentinels>;

beforeAll(async () => {
  group = await startSentinels();
  services = await Services.on(group, { COC_REDIS_REPLICAS: '1' });
  await services.startAll();
});

afterAll(async () => services.close());

interface Accepted {
  id: string;
  key: string;
}

const question = { prompt: 'Say hello' };
const body = {
  tasks: [
    { id: 'a', action: 'agent.worker', input: question },
    { id: 'b', action: 'agent.worker', input: question, dependsOn: ['a'] },
  ],
};

/** As a client should: the same key until there is an answer. */
async function submit(key: string): Promise<Accepted> {
  for (;;) {
    const response = await fetch(`${services.url}/api/v1/directives`, {
      method: 'POST',
      headers: { ...(await services.owner()), 'content-type': 'application/json', 'idempotency-key': key },
      body: JSON.stringify(body),
    }).catch(() => undefined);
    if (response?.status === 202 || response?.status === 200)
      return { id: ((await response.json()) as { id: string }).id, key };
    if (response && response.status < 500 && response.status !== 429 && response.status !== 409)
      throw new Error(await response.text());
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

async function isKnown({ id }: Accepted): Promise<boolean> {
  return (await services.send('GET', `/directives/${id}`)).status === 200;
}

/** Submits one after the other until it is told to stop. */
class Load {
  readonly accepted: Accepted[] = [];
  private isOver = false;
  private readonly running = this.run();

  async until(count: number): Promise<void> {
    while (this.accepted.length < count) await new Promise((resolve) => setTimeout(resolve, 20));
  }

  async stop(): Promise<void> {
    this.isOver = true;
    await this.running;
  }

  private async run(): Promise<void> {
    for (let at = 0; !this.isOver; at += 1) this.accepted.push(await submit(`load-${at}`));
  }
}

describe('a master under Sentinels', () => {
  it('is succeeded by its replica under load, and nothing that was accepted is lost', async () => {
    const load = new Load();
    for (let at = 0; at < promotions; at += 1) {
      await load.until(load.accepted.length + 50);
      await group.promote();
    }
    await load.until(load.accepted.length + 20);
    await load.stop();
    const known = await Promise.all(load.accepted.map(isKnown));
    expect(load.accepted.filter((_, at) => !known[at])).toEqual([]);
    const ends = await Promise.all(load.accepted.map(async ({ id }) => (await services.finished(id, 90_000)).state));
    expect(ends).toEqual(load.accepted.map(() => 'COMPLETED'));
    const [first] = load.accepted;
    expect(await submit(first!.key)).toEqual(first);
  }, 200_000);
});
