import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { startCluster, type TestCluster } from '#libs/testing';
import { openRedis, mastersOf } from '#libs/redis';
import { Services, root } from '../e2e/services.js';

const shards = 6;
let cluster: TestCluster;
let services: Services<TestCluster>;

beforeAll(async () => {
  cluster = await startCluster();
  const tenants = JSON.stringify({ '*': { maxConcurrentDirectives: 3, maxCostUsdPerDay: 5 } });
  services = await Services.on(cluster, { COC_SHARDS: String(shards), COC_TENANTS: tenants });
  await Promise.all([services.startAll(), services.start('recorder')]);
});

afterAll(async () => services.close());

const question = { prompt: 'Say hello' };

describe('the whole flow on a cluster of three masters', () => {
  it('keeps every shard in one slot, and has the functions on every master', async () => {
    const ids = await Promise.all(
      Array.from({ length: 4 * shards }, async (_, at) =>
        services.submit({
          tasks: [
            { id: 'a', action: 'agent.worker', input: question, concurrency: { key: `key-${at % 2}`, limit: 1 } },
            { id: 'b', action: 'agent.worker', input: question, dependsOn: ['a'] },
            { id: 'c', action: 'agent.worker', input: question, dependsOn: ['a'] },
            { id: 'd', action: 'agent.worker', input: question, dependsOn: ['b', 'c'] },
          ],
        }),
      ),
    );
    const views = await Promise.all(ids.map(async (id) => services.finished(id)));
    expect(views.map(({ state }) => state)).toEqual(ids.map(() => 'COMPLETED'));
    expect(new Set(ids.map((id) => id.split('_')[0])).size).toBeGreaterThan(3);
    const redis = openRedis({ url: cluster.url });
    await redis.connect();
    const sizes = await Promise.all(mastersOf(redis).map(async (server) => server.dbsize()));
    redis.disconnect();
    expect(sizes.filter((size) => size > 0)).toHaveLength(3);
  });

  it('plans, fans out, reviews, and records each event once', async () => {
    const id = await services.submit({
      workflow: 'docs.index',
      input: { folder: join(root, 'docs'), question: 'How is a lost worker detected?' },
    });
    expect(await services.finished(id)).toMatchObject({ state: 'COMPLETED', tasks: { open: 0, failed: 0 } });
    const { body } = await services.send('GET', `/directives/${id}/events?limit=1000`);
    const events = (body as { items: { seq: number }[] }).items;
    expect(events.map(({ seq }) => seq)).toEqual(events.map((_, at) => at + 1));
    expect(await recordedSeqs(id, events.length)).toEqual(events.map(({ seq }) => seq));
  });

  it('cancels, pauses and resumes', async () => {
    const id = await services.submit({ tasks: [{ id: 'a', action: 'agent.worker', input: question }] });
    await services.send('POST', `/directives/${id}/pause`, {});
    await services.send('POST', `/directives/${id}/resume`, {});
    expect(['COMPLETED']).toContain((await services.finished(id)).state);
  });
});

/** The recorder is a moment behind. */
async function recordedSeqs(id: string, count: number): Promise<number[]> {
  const deadline = performance.now() + 20_000;
  for (;;) {
    const text = await readFile(join(services.dataDir, 'traces/events.jsonl'), 'utf8');
    const lines = text.split('\n').filter((line) => line.includes(id));
    const seqs = lines.map((line) => (JSON.parse(line) as { seq: number }).seq);
    if (seqs.length >= count || performance.now() > deadline) return seqs;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}
