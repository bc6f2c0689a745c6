import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createHmac } from 'node:crypto';
import { ActionRecord, DirectiveList } from '#libs/contracts';
import { HttpFront } from './http-front-bed.js';

let front: HttpFront;
/** By name, in the order in which they were submitted. */
const ids: Record<string, string> = {};
const times: Record<string, string> = {};

const tasks = [{ id: 'a', action: 'test.echo' }];

beforeAll(async () => {
  front = await HttpFront.open();
  await front.rooms.catalog.publish(ActionRecord.parse({ name: 'test.echo', effect: 'pure' }));
  const drafts = {
    first: { tasks, start: false, ref: 'order-1', labels: { env: 'prod', team: 'red' } },
    second: { tasks, start: false, labels: { env: 'prod', team: 'blue' } },
    third: { tasks, start: false, labels: { env: 'test' } },
    fourth: { tasks, start: false },
  };
  for (const [name, draft] of Object.entries(drafts)) {
    ids[name] = await front.submit(draft);
    times[name] = (await front.directive(ids[name])).createdAt;
    // Two of one millisecond could not be told apart by their times.
    while (Date.now() <= Date.parse(times[name])) await new Promise((resolve) => setTimeout(resolve, 1));
  }
  await front.call('POST', `/directives/${ids['third']}/cancel`);
});

afterAll(async () => front.close());

async function page(query: string): Promise<{ names: (string | undefined)[]; nextCursor: string | null }> {
  const { items, nextCursor } = DirectiveList.parse(await front.get(`/directives?${query}`));
  const nameOf = (id: string) => Object.keys(ids).find((name) => ids[name] === id);
  return { names: items.map(({ id }) => nameOf(id)), nextCursor };
}

describe('the list of directives', () => {
  it.each([
    ['label=env%3Dprod', ['second', 'first']],
    ['label=env', ['third', 'second', 'first']],
    ['label=env%3Dprod&label=team%3Dred', ['first']],
    ['label=env%3D', []],
    ['label=constructor', []],
    ['state=CANCELLED', ['third']],
    ['state=CANCELLED&state=PENDING&label=env', ['third', 'second', 'first']],
    ['state=RUNNING', []],
    ['ref=order-1', ['first']],
    ['ref=order-1&state=CANCELLED', []],
    ['ref=order-2', []],
  ])('shows with ?%s only %j', async (query, names) => {
    expect(await page(query)).toEqual({ names, nextCursor: null });
  });

  it('shows what was created from a time on and before another', async () => {
    const span = `createdAfter=${times['second']}&createdBefore=${times['fourth']}`;
    expect((await page(span)).names).toEqual(['third', 'second']);
    const { names, nextCursor } = await page(`${span}&limit=1`);
    expect(names).toEqual(['third']);
    expect(await page(`${span}&limit=1&cursor=${nextCursor}`)).toEqual({ names: ['second'], nextCursor: null });
  });

  it.each([
    ['label=', '/label'],
    ['label=%3Dx', '/label'],
    ['createdAfter=yesterday', '/createdAfter'],
    ['createdBefore=1', '/createdBefore'],
    ['state=RUNNING&state=DONE', '/state'],
    [Array.from({ length: 11 }, (_, at) => `label=l${at}`).join('&'), '/label'],
  ])('refuses ?%s', async (query, pointer) => {
    const refusal = await front.refusal('GET', `/directives?${query}`);
    expect(refusal).toMatchObject({ status: 400, code: 'REQUEST_INVALID', changed: [] });
    expect(refusal.pointers[0]).toMatch(new RegExp(`^${pointer}`));
  });

  it('has directives of at most 64 labels', async () => {
    const labels = Object.fromEntries(Array.from({ length: 65 }, (_, at) => [`l${at}`, '']));
    const refusal = await front.refusal('POST', '/directives', { tasks, labels });
    expect(refusal).toMatchObject({ status: 400, code: 'REQUEST_INVALID', pointers: ['/labels'], changed: [] });
  });
});

describe('a cursor', () => {
  const code = async (path: string): Promise<string> => (await front.refusal('GET', path)).code;

  it('is refused for another question than its own, and when a letter of it differs', async () => {
    const { nextCursor } = await page('limit=1&label=env');
    const [time, inner, mark] = nextCursor!.split('.') as [string, string, string];
    const other = Buffer.from(JSON.stringify([0, ids['first']!])).toString('base64url');
    expect((await page(`limit=2&label=env&cursor=${nextCursor}`)).names).toEqual(['second', 'first']);
    for (const query of [
      `cursor=${nextCursor}`,
      `label=env%3Dprod&cursor=${nextCursor}`,
      `label=env&cursor=${time}.${other}.${mark}`,
      `label=env&cursor=${time}.${inner}`,
      `label=env&cursor=${inner}`,
      `label=env&cursor=${time}0.${inner}.${mark}`,
    ])
      expect([query, await code(`/directives?${query}`)]).toEqual([query, 'CURSOR_INVALID']);
    expect(await code(`/approvals?cursor=${nextCursor}`)).toBe('CURSOR_INVALID');
    expect(await code(`/directives/${ids['first']}/plan?cursor=${nextCursor}`)).toBe('CURSOR_INVALID');
  });

  it('is refused to another tenant and after a day, though signed with the key of the installation', async () => {
    const key = (await front.rooms.redis.get(front.rooms.keys.cursorKey()))!;
    const inner = (await page('limit=1')).nextCursor!.split('.')[1]!;
    const sealed = (at: number, tenant: string): string => {
      const text = `${at.toString(36)}.${inner}`;
      const mark = createHmac('sha256', key).update(JSON.stringify([text, 'directives', tenant, {}]));
      return `${text}.${mark.digest('base64url')}`;
    };
    const hourMs = 3_600_000;
    expect((await page(`cursor=${sealed(Date.now() - 23 * hourMs, 'local')}`)).names).toHaveLength(3);
    expect(await code(`/directives?cursor=${sealed(Date.now() - 25 * hourMs, 'local')}`)).toBe('CURSOR_INVALID');
    expect(await code(`/directives?cursor=${sealed(Date.now(), 'other')}`)).toBe('CURSOR_INVALID');
  });
});
