import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { DeliveryTry, DirectiveEvent, WebhookCreated, WebhookView } from '#libs/contracts';
import { HookReceiver, isSignedWith } from '../setup/hook-receiver.js';
import { eventually } from './http-front-bed.js';
import { echo, StreamBed } from './stream-bed.js';

let bed: StreamBed;
let receiver: HookReceiver;

const ownSecret = `whsec_${Buffer.alloc(32, 7).toString('base64')}`;

beforeEach(async () => {
  receiver = await HookReceiver.open();
  bed = await StreamBed.open({
    COC_WEBHOOK_ALLOW_PRIVATE: 'localhost',
    COC_WEBHOOK_RETRIES_MS: '20,20,20',
    COC_WEBHOOK_TIMEOUT_MS: '300',
    COC_WEBHOOK_DISABLE_AFTER_MS: '3600000',
  });
});

afterEach(async () => {
  await bed.close();
  await receiver.close();
});

async function register(path: string, events?: string[]): Promise<WebhookCreated> {
  const answer = await bed.front.call('POST', '/webhooks', { url: receiver.url + path, ...(events && { events }) });
  expect(answer.status).toBe(201);
  return answer.json as unknown as WebhookCreated;
}

async function storyOf(id: string): Promise<DirectiveEvent[]> {
  return (await bed.front.get<{ items: DirectiveEvent[] }>(`/directives/${id}/events`)).items;
}

async function logOf(hookId: string): Promise<DeliveryTry[]> {
  return (await bed.front.get<{ items: DeliveryTry[] }>(`/webhooks/${hookId}/deliveries`)).items;
}

function bySeq(list: readonly { event: DirectiveEvent }[]): DirectiveEvent[] {
  return list.map(({ event }) => event).toSorted((left, right) => left.seq - right.seq);
}

describe('a webhook of a tenant', () => {
  it('gets every event once, signed, from its registration on', async () => {
    await bed.serve();
    const before = await bed.front.run({ tasks: [echo] });
    const { id: hookId, secret } = await register('/all');
    const { id: failures } = await register('/failures', ['task.failed']);
    const { id } = await bed.front.run({ tasks: [echo] });
    const story = await storyOf(id);
    await receiver.until(() => receiver.at('/all').length >= story.length);
    expect(bySeq(receiver.at('/all'))).toEqual(story);
    expect(receiver.received.every((one) => isSignedWith(secret, one))).toBe(true);
    expect(receiver.received.map((one) => one.id).toSorted()).toEqual(
      story.map(({ seq }) => `${hookId}.${id}.${seq}`).toSorted(),
    );
    expect(receiver.received.some(({ event }) => event.directiveId === before.id)).toBe(false);
    const log = await eventually(async () => logOf(hookId), (items) => items.length === story.length);
    expect(new Set(log.map(({ outcome, status, try: number }) => [outcome, status, number].join()))).toEqual(
      new Set(['delivered,204,1']),
    );
    expect(await logOf(failures)).toEqual([]);
  });

  it('is tried again after a failure, a redirect and silence, under the same id, and fails in the end', async () => {
    const { id: hookId } = await register('/hook', ['task.retried']);
    const ways = [
      () => receiver.answerWith((_, response) => void response.writeHead(500).end('no\nroom')),
      () => receiver.answerWith((_, response) => void response.writeHead(307, { location: '/elsewhere' }).end()),
      () => receiver.answerWith(() => undefined),
      () => receiver.answerWith(),
    ];
    for (const [at, way] of ways.entries()) {
      const sofar = receiver.received.length;
      if (at === 0) way();
      else receiver.answerWith((received, response) => {
        ways[receiver.received.length] ?.();
        void received;
        response.writeHead(500).end();
      });
      void sofar;
    }
    const id = await bed.still();
    await bed.emit(id, 1);
    await eventually(async () => logOf(hookId), (items) => items[0]?.outcome !== undefined);
  });
});

void ownSecret;
export type { WebhookView };
