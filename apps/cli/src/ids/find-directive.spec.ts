import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { aDirective } from '../progress/sample-directive.js';
import { findDirective } from './find-directive.js';
import { rememberDirective } from './last-directive.js';

const ids = ['d0_01M8R4NN3R02RPFMSYYY5QSH6M', 'd0_01M8R4NN3R02RPFMSYYY5QSHXX', 'd12_01M8R9AAAAAAAAAAAAAAAAAB6M'];
const server = { url: 'http://127.0.0.1:1', saidBy: 'the test' };
const api = {
  server,
  // One a page: what is searched for may stand on any.
  listDirectives: async (_limit: number, cursor = '0') => {
    const at = Number(cursor);
    return { items: [aDirective({ id: ids[at]! })], nextCursor: at + 1 < ids.length ? String(at + 1) : null };
  },
} as Parameters<typeof findDirective>[0];

let stateDir: string;
beforeAll(async () => {
  stateDir = await mkdtemp(join(tmpdir(), 'coc-ids-'));
});
afterAll(async () => rm(stateDir, { recursive: true, force: true }));

const find = async (name: string): Promise<string> => findDirective(api, name, stateDir);

describe('a directive is found', () => {
  it.each([
    [ids[0]!, ids[0]!],
    ['d12_01M8', ids[2]!],
    ['D12_01m8', ids[2]!],
    ['01M8R9', ids[2]!],
    ['5QSH6M', ids[0]!],
    ['shxx', ids[1]!],
    // The server says best what is no id.
    ['sh6', 'sh6'],
    ['plan.yaml', 'plan.yaml'],
  ])('by %s', async (name, id) => {
    expect(await find(name)).toBe(id);
  });

  it('as the last that was submitted from here', async () => {
    await rememberDirective(stateDir, server.url, ids[1]!);
    await rememberDirective(stateDir, 'http://elsewhere', ids[2]!);
    expect(await find('@last')).toBe(ids[1]);
    expect((await stat(join(stateDir, 'coc', 'last.json'))).mode & 0o777).toBe(0o600);
  });
});

describe('a directive is not found', () => {
  it('by what two have', async () => {
    const refusal = { exitCode: 2, details: [ids[0], ids[1]], next: 'give more of the id' };
    await expect(find('d0_01M8R4')).rejects.toMatchObject(refusal);
  });

  it('as the last where nothing was submitted from here: the newest may be of somebody else', async () => {
    const elsewhere = findDirective({ ...api, server: { ...server, url: 'http://other' } }, '@last', stateDir);
    await expect(elsewhere).rejects.toMatchObject({ exitCode: 4, next: expect.stringContaining('coc list') });
  });

  it('by what none has', async () => {
    await expect(find('ZZZZ')).rejects.toMatchObject({ exitCode: 4 });
  });
});
