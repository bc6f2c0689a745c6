import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { HttpFront } from './http-front-bed.js';
import { bearer, makeKey } from './identity-bed.js';

let front: HttpFront;

beforeAll(async () => {
  front = await HttpFront.open({ COC_RATE_REFUSED: '0' });
});
afterAll(async () => front.close());

const statusOf = async (key: string): Promise<number> =>
  (await front.call('GET', '/directives', undefined, bearer(key))).status;

describe('an API key', () => {
  it('is shown once, and what is stored does not tell it', async () => {
    const { key, id } = await makeKey(front, { name: 'ci', tenant: 'acme', roles: ['operator'] });
    const secret = key.split('_')[2]!;
    expect(await statusOf(key)).toBe(200);
    const listed = await front.call('GET', '/keys?tenant=acme');
    expect(listed.json).toMatchObject({ items: [{ id, name: 'ci', tenant: 'acme', roles: ['operator'] }] });
    const stored = await front.rooms.redis.hgetall(front.rooms.keys.apiKeys());
    expect(JSON.stringify([listed.json, stored])).not.toContain(secret);
    expect(JSON.stringify(stored)).toContain(id);
  });

  it.each([
    ['with another secret', (key: string) => `${key.slice(0, -1)}${key.endsWith('A') ? 'B' : 'A'}`],
    ['of another id', (key: string) => key.replace(/_[0-9a-f]{16}_/, '_0123456789abcdef_')],
    ['as the owner', (key: string) => key.replace(/_[0-9a-f]{16}_/, '_owner_')],
    ['cut short', (key: string) => key.slice(0, -1)],
    ['with more behind it', (key: string) => `${key}x`],
  ])('%s is not good', async (_name, spoil) => {
    const { key } = await makeKey(front, { name: 'spoilt', tenant: 'acme', roles: ['admin'] });
    const refusal = await front.refusal('GET', '/directives', undefined, bearer(spoil(key)));
    expect(refusal).toMatchObject({ status: 401, code: 'UNAUTHENTICATED' });
  });

  it('that was revoked is not good from then on, and says so to who has it', async () => {
    const { key, id } = await makeKey(front, { name: 'gone', tenant: 'acme', roles: ['viewer'] });
    expect(await statusOf(key)).toBe(200);
    expect((await front.call('DELETE', `/keys/${id}`)).status).toBe(204);
    expect((await front.call('DELETE', `/keys/${id}`)).status).toBe(204);
    const refusal = await front.refusal('GET', '/directives', undefined, bearer(key));
    expect(refusal).toMatchObject({ status: 401, detail: expect.stringContaining('revoked') });
  });

  it('that has expired is not good', async () => {
    const { key, id } = await makeKey(front, { name: 'brief', tenant: 'acme', roles: ['viewer'], expiresInMs: 60_000 });
    const { redis, keys } = front.rooms;
    const record = JSON.parse((await redis.hget(keys.apiKeys(), id))!) as object;
    await redis.hset(keys.apiKeys(), id, JSON.stringify({ ...record, expiresAt: Date.now() - 1 }));
    const refusal = await front.refusal('GET', '/directives', undefined, bearer(key));
    expect(refusal).toMatchObject({ status: 401, detail: expect.stringContaining('expired') });
  });

  it('of an admin makes, sees and revokes those of its own tenant alone', async () => {
    const admin = bearer((await makeKey(front, { name: 'boss', tenant: 'acme', roles: ['admin'] })).key);
    const foreign = await makeKey(front, { name: 'theirs', tenant: 'rival', roles: ['viewer'] });
    const wish = { name: 'spy', roles: ['admin'], tenant: 'rival' };
    expect(await front.refusal('POST', '/keys', wish, admin)).toMatchObject({ status: 403, changed: [] });
    expect((await front.call('GET', '/keys?tenant=rival', undefined, admin)).status).toBe(403);
    expect(await front.refusal('DELETE', `/keys/${foreign.id}`, undefined, admin)).toMatchObject({ status: 404 });
    expect(await statusOf(foreign.key)).toBe(200);
    expect((await makeKey(front, { name: 'own', roles: ['viewer'] }, admin)).tenant).toBe('acme');
  });

  it('acts by its own name: only the owner may choose one', async () => {
    const { key } = await makeKey(front, { name: 'ci', tenant: 'acme', roles: ['operator'] });
    const posing = { ...bearer(key), 'coc-actor': 'somebody' };
    expect((await front.call('GET', '/directives', undefined, posing)).status).toBe(403);
    expect((await front.call('GET', '/directives', undefined, { 'coc-actor': 'somebody' })).status).toBe(200);
    expect((await front.call('GET', '/directives', undefined, { 'coc-actor': 'a b' })).status).toBe(400);
  });

  it("is listed page by page, by cursors that are nobody else's", async () => {
    const names = ['one', 'two', 'three'];
    for (const name of names) await makeKey(front, { name, tenant: 'paged', roles: ['viewer'] });
    const first = (await front.call('GET', '/keys?tenant=paged&limit=2')).json as {
      items: { name: string }[];
      nextCursor: string;
    };
    const rest = (await front.call('GET', `/keys?tenant=paged&limit=2&cursor=${first.nextCursor}`))
      .json as typeof first;
    expect([...first.items, ...rest.items].map(({ name }) => name).toSorted()).toEqual(names.toSorted());
    const elsewhere = await front.refusal('GET', `/keys?tenant=acme&limit=2&cursor=${first.nextCursor}`);
    expect(elsewhere).toMatchObject({ status: 400, code: 'CURSOR_INVALID' });
  });

  it.each([
    [{ name: 'x', roles: [] }, '/roles'],
    [{ name: 'x', roles: ['king'] }, '/roles/0'],
    [{ name: 'a b', roles: ['viewer'] }, '/name'],
    [{ name: 'x', roles: ['viewer'], tenant: 'A/B' }, '/tenant'],
    [{ name: 'x', roles: ['viewer'], expiresInMs: -1 }, '/expiresInMs'],
  ])('is not made of %j', async (wish, pointer) => {
    const refusal = await front.refusal('POST', '/keys', wish);
    expect(refusal).toMatchObject({ status: 400, changed: [] });
    expect(refusal.pointers).toContain(pointer);
  });
});
