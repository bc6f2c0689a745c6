import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { DeliveryTry, DirectiveEvent, Json, WebhookCreated, WebhookView } from '#libs/contracts';
import { HookReceiver, isSignedWith, type Received } from '../setup/hook-receiver.js';
import { eventually } from './http-front-bed.js';
import { echo, StreamBed } from './stream-bed.js';

let bed: StreamBed;
let receiver: HookReceiver;

const ownSecret = `whsec_${Buffer.alloc(32, 7).toString('base64')}`;

async function open(settings: Record<string, string> = {}): Promise<void> {
  bed = await StreamBed.open({
    COC_WEBHOOK_ALLOW_PRIVATE: 'localhost',
    COC_WEBHOOK_RETRIES_MS: '20,20,20',
    COC_WEBHOOK_TIMEOUT_MS: '300',
    ...settings,
  });
}

beforeEach(async () => {
  receiver = await HookReceiver.open();
  await open();
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

async function hook(id: string): Promise<WebhookView> {
  return bed.front.get<WebhookView>(`/webhooks/${id}`);
}

/** The oldest first, once there are so many. */
async function logOf(hookId: string, count: number): Promise<DeliveryTry[]> {
  const read = async (): Promise<DeliveryTry[]> =>
    (await bed.front.get<{ items: DeliveryTry[] }>(`/webhooks/${hookId}/deliveries`)).items;
  return (await eventually(read, (items) => items.length >= count)).toReversed();
}

function eventsOf(list: readonly Received[]): DirectiveEvent[] {
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
    const log = await logOf(hookId, story.length);
    expect(eventsOf(receiver.received)).toEqual(story);
    expect(receiver.received.every((one) => one.path === '/all' && isSignedWith(secret, one))).toBe(true);
    expect(receiver.received.map((one) => one.id).toSorted()).toEqual(
      story.map(({ seq }) => `${hookId}.${id}.${seq}`).toSorted(),
    );
    expect(receiver.received.some(({ event }) => event.directiveId === before.id)).toBe(false);
    expect(new Set(log.map(({ outcome, status, try: number }) => [outcome, status, number].join()))).toEqual(
      new Set(['delivered,204,1']),
    );
    expect(await logOf(failures, 0)).toEqual([]);
    expect(Object.keys(await hook(hookId))).not.toContain('secret');
  });

  it('is tried again after a failure, a redirect and silence, under the same id, until it fails', async () => {
    const { id: hookId, secret } = await register('/hook', ['task.retried']);
    const redirect = { status: 307, headers: { location: `${receiver.url}/elsewhere` } };
    receiver.answerWith({ status: 500, text: 'no\n room' }, redirect, undefined, { status: 404 });
    const id = await bed.still();
    await bed.emit(id, 1);
    const log = await logOf(hookId, 4);
    expect(log.map(({ try: number, outcome, status, error }) => [number, outcome, status, error])).toEqual([
      [1, 'retrying', 500, 'answered 500: no room'],
      [2, 'retrying', 307, 'answered 307: '],
      [3, 'retrying', null, 'no answer in 300 ms'],
      [4, 'failed', 404, 'answered 404: '],
    ]);
    expect(receiver.received.map(({ path }) => path)).toEqual(['/hook', '/hook', '/hook', '/hook']);
    expect(new Set(receiver.received.map((one) => `${one.id} ${one.text}`)).size).toBe(1);
    expect(receiver.received.every((one) => isSignedWith(secret, one))).toBe(true);
    expect((await hook(hookId)).failingSince).not.toBeNull();

    const [{ deliveryId } = { deliveryId: '' }] = log;
    const again = await bed.front.call('POST', `/webhooks/${hookId}/deliveries/${deliveryId}/resend`);
    expect([again.status, again.json]).toEqual([202, { deliveryId }]);
    expect((await logOf(hookId, 5)).at(-1)).toMatchObject({ deliveryId, try: 1, outcome: 'delivered' });
    expect(receiver.received.at(-1)!.id).toBe(deliveryId);
    expect(
      await eventually(
        async () => hook(hookId),
        ({ failingSince }) => failingSince === null,
      ),
    ).toMatchObject({
      disabledAt: null,
    });
  });

  it('is disabled by 410, and gone when it is deleted', async () => {
    const { id: hookId } = await register('/hook', ['task.retried']);
    const { id: other } = await register('/other', ['task.retried']);
    expect((await bed.front.call('DELETE', `/webhooks/${other}`)).status).toBe(204);
    receiver.answerWith({ status: 410 });
    const id = await bed.still();
    await bed.emit(id, 1);
    expect(await logOf(hookId, 1)).toMatchObject([{ outcome: 'failed', status: 410 }]);
    expect(
      (
        await eventually(
          async () => hook(hookId),
          ({ disabledAt }) => disabledAt !== null,
        )
      ).id,
    ).toBe(hookId);
    const { id: third } = await register('/third', ['task.retried']);
    await bed.emit(id, 1);
    await logOf(third, 1);
    expect(receiver.received.map(({ path }) => path)).toEqual(['/hook', '/third']);
    const { items } = await bed.front.get<{ items: WebhookView[] }>('/webhooks');
    expect(items.map((one) => one.id)).toEqual([hookId, third]);
    expect((await bed.front.refusal('DELETE', `/webhooks/${other}`)).code).toBe('NOT_FOUND');
    expect((await bed.front.refusal('GET', `/webhooks/${other}/deliveries`)).code).toBe('NOT_FOUND');
    expect((await bed.front.refusal('POST', `/webhooks/${third}/deliveries/x.y.1/resend`)).code).toBe('NOT_FOUND');
  });

  it('is disabled when nothing could be delivered for too long', async () => {
    await bed.close();
    await open({ COC_WEBHOOK_DISABLE_AFTER_MS: '1000', COC_WEBHOOK_RETRIES_MS: Array(20).fill('100').join() });
    const { id: hookId } = await register('/hook', ['task.retried']);
    receiver.answerWith(...Array.from({ length: 100 }, () => ({ status: 500 })));
    await bed.emit(await bed.still(), 1);
    await eventually(
      async () => hook(hookId),
      ({ disabledAt }) => disabledAt !== null,
    );
    expect(receiver.received.length).toBeLessThan(20);
  });

  it('that fails gets no more while too much waits; others do', async () => {
    await bed.close();
    await open({ COC_WEBHOOK_MAX_WAITING: '2', COC_WEBHOOK_RETRIES_MS: '3600000' });
    const { id: failing } = await register('/failing', ['task.retried']);
    receiver.answerWith(...Array.from({ length: 3 }, () => ({ status: 500 })));
    const id = await bed.still();
    await bed.emit(id, 3);
    await logOf(failing, 3);
    const { id: sound } = await register('/sound', ['task.retried']);
    await bed.emit(id, 1);
    expect((await logOf(sound, 1)).at(-1)!.outcome).toBe('delivered');
    const log = await logOf(failing, 4);
    expect(log.map(({ outcome }) => outcome)).toEqual(['retrying', 'retrying', 'retrying', 'dropped']);
  });

  it('gets no more when twice as much waits, sound or not, and nothing is sent again', async () => {
    await bed.close();
    await open({ COC_WEBHOOK_MAX_WAITING: '2', COC_WEBHOOK_RETRIES_MS: '3600000' });
    const { id: failing } = await register('/failing', ['task.retried']);
    receiver.answerWith(...Array.from({ length: 5 }, () => ({ status: 500 })));
    const id = await bed.still();
    await bed.emit(id, 5);
    const [first] = await logOf(failing, 5);
    const { id: sound } = await register('/sound', ['task.retried']);
    await bed.emit(id, 1);
    expect((await logOf(sound, 1)).at(-1)).toMatchObject({
      outcome: 'dropped',
      error: 'too many deliveries wait already',
    });
    const again = await bed.front.call('POST', `/webhooks/${failing}/deliveries/${first!.deliveryId}/resend`);
    expect(again).toMatchObject({ status: 429, json: { code: 'RATE_LIMITED' } });
  });

  it('hears nothing of other tenants', async () => {
    const { id: hookId } = await register('/hook', ['task.retried']);
    await bed.emit(await bed.still(0, 'other'), 3);
    const ours = await bed.still();
    await bed.emit(ours, 1);
    await logOf(hookId, 1);
    expect(receiver.received.map(({ event }) => event.directiveId)).toEqual([ours]);
  });

  it('gets an event over 64 KiB without its data', async () => {
    const { id: hookId } = await register('/hook', ['task.retried']);
    await bed.emit(await bed.still(), 1, 70_000);
    await logOf(hookId, 1);
    expect(receiver.received[0]!.event).toMatchObject({ type: 'task.retried', data: {} });
  });
});

describe('a webhook of a directive', () => {
  it('gets the events of this one, signed with the secret it came with, and has a log', async () => {
    await bed.serve();
    const webhooks: Json = [{ url: `${receiver.url}/own`, events: ['directive.completed'], secret: ownSecret }];
    const { id } = await bed.front.run({ tasks: [echo], webhooks });
    await bed.front.run({ tasks: [echo] });
    const hookId = `${id}.0`;
    expect(await logOf(hookId, 1)).toMatchObject([{ outcome: 'delivered', type: 'directive.completed' }]);
    expect(receiver.received).toHaveLength(1);
    expect(receiver.received[0]!.event.directiveId).toBe(id);
    expect(isSignedWith(ownSecret, receiver.received[0]!)).toBe(true);
    const shown = await Promise.all([
      bed.front.get(`/directives/${id}`),
      bed.front.get(`/webhooks/${hookId}`),
      storyOf(id),
    ]);
    expect(JSON.stringify(shown)).not.toContain(ownSecret);
  });
});

describe('a webhook that may not be', () => {
  const refusedUrls = [
    'https://127.0.0.1/',
    'https://0x7f.1/',
    'https://169.254.169.254/latest/meta-data',
    'https://10.0.0.1/',
    'https://[::1]/',
    'https://[::ffff:10.0.0.1]/',
    'https://no-such-host.invalid/',
    'https://me:word@8.8.8.8/',
    'http://8.8.8.8/',
    'file:///etc/passwd',
    'nothing',
  ];

  it('is refused and leaves nothing behind', async () => {
    await bed.front.rooms.serve({ name: 'test.echo', effect: 'pure' }, async () => null);
    for (const url of refusedUrls) await refuse(url);
  });

  async function refuse(url: string): Promise<void> {
    const alone = await bed.front.refusal('POST', '/webhooks', { url });
    expect(alone).toMatchObject({ status: 422, code: 'WEBHOOK_REFUSED', pointers: ['/url'], changed: [] });
    const within = await bed.front.refusal('POST', '/directives', {
      tasks: [echo],
      webhooks: [
        { url: receiver.url, secret: ownSecret },
        { url, secret: ownSecret },
      ],
    });
    expect(within).toMatchObject({
      status: 422,
      code: 'WEBHOOK_REFUSED',
      pointers: ['/webhooks/1/url'],
      changed: [],
    });
  }

  it.each<[string, Json]>([
    ['/events', { url: 'https://8.8.8.8/', events: [] }],
    ['/events/0', { url: 'https://8.8.8.8/', events: ['task.unheard_of'] }],
    ['/secret', { url: 'https://8.8.8.8/', secret: ownSecret }],
    ['/url', { url: `https://8.8.8.8/${'x'.repeat(2_000)}` }],
  ])('is refused for what is wrong with %s', async (pointer, body) => {
    const answer = await bed.front.refusal('POST', '/webhooks', body);
    expect(answer).toMatchObject({ status: 400, pointers: [pointer], changed: [] });
  });

  it.each<[string, Json]>([
    ['/webhooks', Array.from({ length: 6 }, () => ({ url: 'https://8.8.8.8/', secret: ownSecret }))],
    ['/webhooks/0/secret', [{ url: 'https://8.8.8.8/' }]],
    ['/webhooks/0/secret', [{ url: 'https://8.8.8.8/', secret: 'whsec_c2hvcnQ=' }]],
  ])('is refused with its directive for %s', async (pointer, webhooks) => {
    const answer = await bed.front.refusal('POST', '/directives', { tasks: [echo], webhooks });
    expect(answer).toMatchObject({ status: 400, pointers: [pointer], changed: [] });
  });

  it('is not posted to either, should its name have become another since', async () => {
    await bed.close();
    await open({ COC_WEBHOOK_ALLOW_PRIVATE: '', COC_WEBHOOK_RETRIES_MS: '10' });
    const { redis, keys } = bed.front.rooms;
    const { port } = new URL(receiver.url);
    const urls = [`https://localhost:${port}/`, `https://127.0.0.1:${port}/`, `https://[::1]:${port}/`, receiver.url];
    for (const [at, url] of urls.entries()) {
      const stored = { id: `wh_${at}`, url, secret: ownSecret, createdAt: 0 };
      await redis.hset(keys.hooks('local'), stored.id, JSON.stringify(stored));
    }
    await bed.emit(await bed.still(), 1);
    const logs = await Promise.all(urls.map(async (_, at) => (await logOf(`wh_${at}`, 2))[0]!));
    expect(
      logs.map(({ status, error }) => [status, /not public|not at a public|not begin with/.exec(error!)?.[0]]),
    ).toEqual([
      [null, 'not public'],
      [null, 'not at a public'],
      [null, 'not at a public'],
      [null, 'not begin with'],
    ]);
    expect(receiver.connections).toBe(0);
  });

  it('is one more than 50', async () => {
    for (let count = 0; count < 50; count += 1) await register(`/${count}`);
    const answer = await bed.front.refusal('POST', '/webhooks', { url: receiver.url });
    expect(answer).toMatchObject({ status: 409, code: 'WEBHOOKS_TOO_MANY', changed: [] });
  });
});
