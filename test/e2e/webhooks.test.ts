import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { DirectiveEvent, WebhookCreated } from '#libs/contracts';
import { openRedis } from '#libs/redis';
import { HookReceiver, isSignedWith } from '../setup/hook-receiver.js';
import { Services } from './services.js';

let services: Services;
let receiver: HookReceiver;

beforeEach(async () => {
  receiver = await HookReceiver.open();
  services = await Services.open({ COC_SHARDS: '2', COC_WEBHOOK_ALLOW_PRIVATE: 'localhost' });
});

afterEach(async () => {
  await services.close();
  await receiver.close();
});

async function storyOf(id: string): Promise<DirectiveEvent[]> {
  const { body } = await services.send('GET', `/directives/${id}/events`);
  return (body as { items: DirectiveEvent[] }).items;
}

const tasks = [{ id: 'a', action: 'agent.worker', input: { prompt: 'say hi' } }];

describe('deliveries to webhooks', () => {
  it('go on after the process that made them was killed, and none is lost', async () => {
    const [, , first] = await Promise.all([
      services.start('workers'),
      services.start('executor'),
      services.start('orchestrator'),
    ]);
    const { body } = await services.send('POST', '/webhooks', { url: `${receiver.url}/hook` });
    const { id: hookId, secret } = body as WebhookCreated;
    // The first ones hang: they are under way when their worker dies.
    receiver.answerWith(undefined, undefined);
    const early = await services.submit({ tasks });
    await receiver.until(() => receiver.received.length >= 2);
    const late = await services.submit({ tasks });
    await first.kill();
    // What happens now nobody reads: the executor goes on alone.
    await services.start('orchestrator');
    await services.finished(early);
    await services.finished(late);
    const stories = (await Promise.all([storyOf(early), storyOf(late)])).flat();
    const expected = new Set(stories.map(({ directiveId, seq }) => `${hookId}.${directiveId}.${seq}`));
    // A lease of 10 s, a lock of 10 s that is looked at every 5 s.
    const arrived = (): number => new Set(receiver.received.map(({ id }) => id)).size;
    const hung = receiver.received.slice(0, 2).map(({ id }) => id);
    const cameAgain = (): boolean => hung.every((id) => receiver.received.filter((one) => one.id === id).length > 1);
    await receiver.until(() => arrived() >= expected.size && cameAgain(), 45_000);
    expect(new Set(receiver.received.map(({ id }) => id))).toEqual(expected);
    expect(receiver.received.every((one) => isSignedWith(secret, one))).toBe(true);
    const texts = Map.groupBy(receiver.received, ({ id }) => id);
    for (const [, times] of texts) expect(new Set(times.map(({ text }) => text)).size).toBe(1);
  });

  it('are made once, by one of several orchestrators, also when a killed one did not note how far it came', async () => {
    await Promise.all([services.start('workers'), services.start('executor')]);
    const orchestrators = await Promise.all([services.start('orchestrator'), services.start('orchestrator')]);
    const { body } = await services.send('POST', '/webhooks', { url: `${receiver.url}/hook` });
    const { id: hookId } = body as WebhookCreated;
    const expected: string[] = [];
    const run = async (): Promise<void> => {
      const id = await services.submit({ tasks });
      await services.finished(id);
      for (const { seq } of await storyOf(id)) expected.push(`${hookId}.${id}.${seq}`);
      await receiver.until(() => receiver.received.length >= expected.length, 45_000);
      expect(receiver.received.map((one) => one.id).toSorted()).toEqual(expected.toSorted());
    };
    await run();
    await Promise.all(orchestrators.map(async (process_) => process_.kill()));
    const redis = openRedis({ url: services.redis.url });
    await redis.del('{coc:0}:hooked', '{coc:1}:hooked');
    redis.disconnect();
    await services.start('orchestrator');
    await run();
  });
});
