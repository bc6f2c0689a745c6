import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { formatDirectiveId } from '#libs/contracts';
import { ulid } from 'ulid';
import { RoomsBed } from './rooms-bed.js';

const tenant = 'local';
const large = 'x'.repeat(100_000);
let bed: RoomsBed;

beforeAll(async () => {
  bed = await RoomsBed.open();
  await bed.serve({ name: 'test.echo', effect: 'pure' }, async ({ input }) => input);
});

afterAll(async () => bed.close());

async function filesOf(id: string): Promise<string[]> {
  return readdir(join(bed.env.artifacts.folder, tenant, id)).catch(() => []);
}

const uploads = async (): Promise<string[]> => bed.redis.zrange(bed.keys.uploads(0), '0', '-1');

/** As a server that dies between the two steps of a submit. */
async function storeAlone(): Promise<string> {
  const id = formatDirectiveId(0, ulid());
  await bed.payloads.put(id, JSON.stringify(large), tenant);
  return id;
}

it('files of a submit that was never accepted are removed after a day, and no others', async () => {
  const [old, young] = [await storeAlone(), await storeAlone()];
  const accepted = await bed.accept([{ id: 'a', action: 'test.echo', input: large }]);
  expect(await uploads()).toEqual([`${tenant} ${old}`, `${tenant} ${young}`]);
  // A server that died just before it could say that this one is accepted.
  const dayAgo = Date.now() - 24 * 3_600_000 - 60_000;
  await bed.redis.zadd(bed.keys.uploads(0), dayAgo, `${tenant} ${old}`, dayAgo, `${tenant} ${accepted}`);
  const { executor } = await bed.startExecutor();
  expect(await executor.sweep('stray-files').runOnce(0)).toMatchObject({ looked: 2, found: 1, repaired: 1 });
  expect(await uploads()).toEqual([`${tenant} ${young}`]);
  expect(await filesOf(old)).toEqual([]);
  expect(await filesOf(young)).toHaveLength(1);
  await bed.tellExecuteRoom(accepted);
  expect(await bed.finished(accepted)).toBe('COMPLETED');
});
