import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { bootOrchestrator } from '#apps/orchestrator';
import type { Json } from '#libs/contracts';
import { KeyRegister, ScriptRunner } from '#libs/state';
import { createLogger } from '#libs/telemetry';
import { HttpFront } from './http-front-bed.js';

let front: HttpFront;

beforeAll(async () => {
  front = await HttpFront.open({ COC_SHARDS: '1' });
  await front.rooms.serve({ name: 'test.echo', effect: 'pure' }, async ({ input }) => input);
  await front.rooms.startExecutor();
});

afterAll(async () => front.close());

const body = { tasks: [{ id: 'a', action: 'test.echo' }] };
const submit = async (key: string, document: Json = body) =>
  front.call('POST', '/directives', document, { 'idempotency-key': key });

function register(): KeyRegister {
  return new KeyRegister(new ScriptRunner(front.rooms.redis), front.rooms.keys, 15_000);
}

/** As a server that reserved the key and has not answered yet; or that failed before it accepted anything, and said so. */
async function onlyReserve(key: string, end?: 'unknown'): Promise<string> {
  const { redis, keys } = front.rooms;
  // What the request reserves is the server's own business: it is asked once under another key.
  const asked = await submit(`${key}-before`);
  const [record] = (await redis.keys(`${keys.tenant('local')}:idem:*`)).toSorted();
  const requestHash = (await redis.get(record!))!.split(' ')[1]!;
  expect(asked.status).toBe(202);
  const directiveId = `d0_${'0'.repeat(25)}1`;
  const answer = await register().reserve({ tenant: 'local', key, requestHash, directiveId });
  if (answer.result !== 'reserved') throw new Error(answer.result);
  if (end) await register().end(answer.reservation, end);
  return directiveId;
}

describe('a submit with an Idempotency-Key', () => {
  it('that another server is at just now is told to come again', async () => {
    await onlyReserve('busy');
    const answer = await submit('busy');
    expect(answer).toMatchObject({ status: 409, json: { code: 'IDEMPOTENCY_IN_PROGRESS' } });
    expect(answer.headers.get('retry-after')).toBe('1');
    expect(await submit('busy', { ...body, title: 'another' })).toMatchObject({ status: 422 });
  });

  it('goes on where a server failed, with the directive that was to be', async () => {
    const directiveId = await onlyReserve('died', 'unknown');
    expect((await submit('died')).json).toEqual({ id: directiveId });
    expect(await front.rooms.finished(directiveId)).toBe('COMPLETED');
    expect((await submit('died')).json).toEqual({ id: directiveId });
  });

  it('finds its directive after the number of shards changed', async () => {
    const first = await Promise.all(Array.from({ length: 8 }, async (_, at) => submit(`shards-${at}`)));
    const { env } = front.rooms;
    const other = await bootOrchestrator({ ...env, shards: 5 }, createLogger('orchestrator', env.logLevel));
    const again = await Promise.all(
      first.map(async (_, at) =>
        fetch(`${other.url}/api/v1/directives`, {
          method: 'POST',
          headers: { ...front.owner, 'content-type': 'application/json', 'idempotency-key': `shards-${at}` },
          body: JSON.stringify(body),
        }).then(async (response) => response.json() as Promise<Json>),
      ),
    );
    await other.close();
    expect(again).toEqual(first.map(({ json }) => json));
  });

  it('that is refused leaves the key for a better one', async () => {
    expect((await submit('refused', { tasks: [{ id: 'a', action: 'no.such' }] })).status).toBe(422);
    expect((await submit('refused')).status).toBe(202);
  });

  it('is the same request however it is written, and is answered the same when it would be refused by now', async () => {
    const before = await submit('written', { title: 't', tasks: [{ id: 'a', action: 'test.echo' }] });
    await front.rooms.redis.hdel(front.rooms.keys.catalog(), 'test.echo');
    const after = await submit('written', { tasks: [{ action: 'test.echo', id: 'a' }], title: 't' });
    expect([after.status, after.json]).toEqual([202, before.json]);
  });
});
