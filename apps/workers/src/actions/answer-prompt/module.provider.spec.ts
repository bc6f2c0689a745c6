import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { StartRefusal } from '#libs/contracts';
import { ModuleProvider } from './module.provider.js';

let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'coc-provider-'));
});
afterAll(async () => rm(folder, { recursive: true }));

async function moduleOf(name: string, code: string): Promise<string> {
  const file = join(folder, name);
  await writeFile(file, code);
  return file;
}

const request = {
  role: 'worker',
  prompt: 'Do something',
  context: null,
  model: null,
  taskId: 'a',
  attempt: 1,
  effectKey: 'd0_x.0',
  mock: { failures: 9, costUsd: 0 },
};

describe('a provider of the user’s own', () => {
  it('answers with what its module returns, and never sees the orders to the mock', async () => {
    const code = `export const answer = async ({ prompt, signal, ...rest }) =>
      ({ text: prompt + ' ' + signal.aborted + ' ' + ('mock' in rest), model: 'm', usage: { costUsd: 0.1, tokens: 3 } });`;
    const provider = await ModuleProvider.load(await moduleOf('good.mjs', code));
    const answer = await provider.answer(request, new AbortController().signal);
    expect(answer).toEqual({ text: 'Do something false false', model: 'm', usage: { costUsd: 0.1, tokens: 3 } });
  });

  it('fails the attempt when the module answers with something else', async () => {
    const provider = await ModuleProvider.load(await moduleOf('number.mjs', 'export const answer = () => 7;'));
    const answer = provider.answer(request, new AbortController().signal);
    await expect(answer).rejects.toMatchObject({ code: 'PROVIDER_ANSWER_INVALID', class: 'permanent' });
  });

  it('is missed with a sentence that says what to do', async () => {
    const files = [undefined, join(folder, 'none.mjs'), await moduleOf('empty.mjs', 'export const other = 1;')];
    const refusals = await Promise.all(
      files.map(async (file) => ModuleProvider.load(file).catch((error: unknown) => error)),
    );
    for (const refusal of refusals) {
      expect(refusal).toBeInstanceOf(StartRefusal);
      expect((refusal as Error).message).toMatch(/COC_MODE=real needs a provider, and COC_AGENT_MODULE .*: set it to/s);
    }
  });
});
