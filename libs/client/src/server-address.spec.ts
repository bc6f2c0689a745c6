import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { findServer } from './server-address.js';

let dataDir: string;
beforeAll(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'coc-client-'));
  await writeFile(join(dataDir, 'server.json'), JSON.stringify({ url: 'http://here:1/', pid: 1 }));
});
afterAll(() => rm(dataDir, { recursive: true }));

describe('the address of the server', () => {
  it('is the option, else the variable, else the file of the running server, else the default', async () => {
    const option = { url: 'https://there/', name: '--url' };
    const all = { option, variable: 'http://var/', dataDir };
    expect(await findServer(all)).toEqual({ url: 'https://there', saidBy: '--url' });
    expect(await findServer({ ...all, option: undefined })).toEqual({ url: 'http://var', saidBy: 'COC_URL' });
    expect(await findServer({ dataDir })).toEqual({ url: 'http://here:1', saidBy: join(dataDir, 'server.json') });
    expect(await findServer({ dataDir: join(dataDir, 'none') })).toMatchObject({ url: 'http://127.0.0.1:4270' });
  });

  it('is refused when it is none, with the place to correct', async () => {
    await expect(findServer({ option: { url: 'nowhere', name: '--url' }, dataDir })).rejects.toMatchObject({
      code: 'SERVER_ADDRESS_INVALID',
      source: 'option',
    });
    const broken = await mkdtemp(join(dataDir, 'broken-'));
    await writeFile(join(broken, 'server.json'), '{');
    await expect(findServer({ dataDir: broken })).rejects.toMatchObject({ source: 'file' });
  });
});
