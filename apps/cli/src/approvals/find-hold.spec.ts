import { describe, expect, it } from '@jest/globals';
import { CocClient } from '#libs/client';
import type { HoldView } from '#libs/contracts';
import { startHttpServer } from '#libs/testing';
import { findHold } from './find-hold.js';
import { aHold } from './sample-hold.js';

const one = aHold({ id: 'd0_01JD6Z000000000000000000AA.2' });
const two = aHold({ id: 'd0_01JD6Z000000000000000000BA.2', task: 'post' });

/** A server where these wait, one a page. */
async function withHolds(holds: readonly HoldView[]) {
  const asked: string[] = [];
  const server = await startHttpServer((request, response) => {
    const { pathname, searchParams } = new URL(request.url ?? '', 'http://server');
    asked.push(pathname);
    const at = Number(searchParams.get('cursor') ?? 0);
    const nextCursor = at + 1 < holds.length ? String(at + 1) : null;
    const body = pathname.endsWith('/approvals') ? { items: holds.slice(at, at + 1), nextCursor } : one;
    response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(body));
  });
  const api = new CocClient({ url: server.url, saidBy: 'the test' });
  return { api, asked, [Symbol.asyncDispose]: () => server[Symbol.asyncDispose]() };
}

describe('a hold is found', () => {
  it('by its id, asked for alone', async () => {
    await using bed = await withHolds([]);
    expect(await findHold(bed.api, one.id)).toMatchObject({ id: one.id });
    expect(bed.asked).toEqual([`/api/v1/approvals/${one.id}`]);
  });

  it('by the end of its id, on whichever page', async () => {
    await using bed = await withHolds([one, two]);
    expect(await findHold(bed.api, '00BA.2')).toMatchObject({ id: two.id });
    expect(await findHold(bed.api, '000000AA.2')).toMatchObject({ id: one.id });
  });
});

describe('no hold is found', () => {
  it('by an end that two have, and both are named', async () => {
    await using bed = await withHolds([one, { ...two, id: one.id.replace('JD6Z', 'JD7Z') }]);
    await expect(findHold(bed.api, '00AA.2')).rejects.toMatchObject({
      exitCode: 2,
      details: [`${one.id}  mail`, expect.stringMatching(/ {2}post$/)],
    });
  });

  it.each(['0AA.2', '2', '.2', 'mail', ''])('by %j, which is too short to be meant', async (name) => {
    await using bed = await withHolds([one]);
    await expect(findHold(bed.api, name)).rejects.toMatchObject({ exitCode: 2 });
    expect(bed.asked).toEqual([]);
  });

  it('where none waits', async () => {
    await using bed = await withHolds([]);
    await expect(findHold(bed.api, '00AA.2')).rejects.toMatchObject({ exitCode: 4 });
  });
});
