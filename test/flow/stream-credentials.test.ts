import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { bearer, makeKey } from './identity-bed.js';
import { SseClient } from './sse-client.js';
import { StreamBed } from './stream-bed.js';
import { WsClient } from './ws-client.js';

let bed: StreamBed;

beforeAll(async () => {
  bed = await StreamBed.open({ COC_STREAMS_ACTOR: '2', COC_STREAMS_TENANT: '3', COC_STREAMS: '5' });
});
afterAll(async () => bed.close());

const stream = '/api/v1/events/stream';
const refusalOf = async (headers: Record<string, string>) =>
  WsClient.refusal(`${bed.front.app.url}/api/v1/ws`, { headers });
const statusOf = async (headers: Record<string, string>) => {
  const answer = await fetch(`${bed.front.app.url}${stream}`, { headers });
  await answer.body?.cancel();
  return answer.status;
};

it('ends with the key that opened it, whichever kind it is', async () => {
  const { id, key } = await makeKey(bed.front, { name: 'leaver', tenant: 'acme', roles: ['viewer'] });
  const stays = await makeKey(bed.front, { name: 'stayer', tenant: 'acme', roles: ['viewer'] });
  const sse = await SseClient.open(`${bed.front.app.url}${stream}`, bearer(key));
  const ws = await WsClient.open(`${bed.front.app.url}/api/v1/ws`, { headers: bearer(key) });
  const other = await SseClient.open(`${bed.front.app.url}${stream}`, bearer(stays.key));
  await bed.front.call('DELETE', `/keys/${id}`);
  await sse.ended();
  expect(await ws.closed()).toBe(4003);
  const directive = await bed.still(0, 'acme');
  await bed.emit(directive, 1);
  await other.until(() => other.views.some((view) => view.type === 'task.retried'));
  expect(sse.views).toEqual([]);
  other.close();
});

it('is refused when the key, the tenant or the server has as many as it may', async () => {
  const keyOf = async (name: string, tenant: string) =>
    bearer((await makeKey(bed.front, { name, tenant, roles: ['viewer'] })).key);
  const [ann, bob, cat, dan] = [
    await keyOf('ann', 'b'),
    await keyOf('bob', 'b'),
    await keyOf('cat', 'c'),
    await keyOf('dan', 'd'),
  ];
  const open: SseClient[] = [];
  const fill = async (headers: Record<string, string>, count: number) => {
    for (let at = 0; at < count; at += 1) open.push(await SseClient.open(`${bed.front.app.url}${stream}`, headers));
  };
  await fill(ann, 2);
  expect(await refusalOf(ann)).toEqual({ status: 429, code: 'RATE_LIMITED' });
  await fill(bob, 1);
  expect(await statusOf(bob)).toBe(429);
  await fill(cat, 2);
  expect(await refusalOf(dan)).toEqual({ status: 503, code: 'UNAVAILABLE' });
  open.shift()!.close();
  open.shift()!.close();
  for (const client of open) client.close();
});
