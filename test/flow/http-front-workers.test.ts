import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { ActionRecord } from '#libs/contracts';
import { CocClient } from '#libs/client';
import { HttpFront, eventually } from './http-front-bed.js';

let front: HttpFront;

beforeAll(async () => {
  front = await HttpFront.open();
  await front.rooms.catalog.publish(ActionRecord.parse({ name: 'test.idle', effect: 'pure' }));
  await front.rooms.startExecutor();
  await front.rooms.serve({ name: 'test.echo', effect: 'pure' }, async () => 'done');
});

afterAll(async () => front.close());

it('shows the workers of each queue, who need no library of ours, and queues without any', async () => {
  const client = new CocClient({ url: front.app.url, saidBy: 'the test', apiKey: front.app.ownerKey });
  const id = await front.submit({ tasks: [{ id: 'a', action: 'test.echo' }] });
  await front.rooms.finished(id);
  await front.submit({ tasks: [{ id: 'a', action: 'test.idle' }] });
  const [served, idle] = await eventually(
    async () => (await client.call('listWorkers')).items,
    (items) => items.some(({ queue, waitingJobs }) => queue === 'test.idle.0' && waitingJobs === 1),
  );
  expect(served).toMatchObject({ queue: 'test.echo.0', action: 'test.echo', shard: 0, claimed: 0, waitingJobs: 0 });
  expect(served!.workers).toEqual([{ name: null, connectedMs: expect.any(Number) }]);
  expect(Math.abs(Date.now() - Date.parse(served!.lastClaimAt!))).toBeLessThan(60_000);
  expect(idle).toMatchObject({ queue: 'test.idle.0', workers: [], claimed: 0, lastClaimAt: null });
});
