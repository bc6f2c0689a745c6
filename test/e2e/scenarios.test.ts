import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Spawned } from '../setup/spawned.js';
import { Services, root } from './services.js';

let services: Services;

beforeAll(async () => {
  services = await Services.open();
  await services.startAll();
});
afterAll(async () => services.close());

async function scenarios(...args: string[]): Promise<{ code: number | string; lines: string[]; errors: string[] }> {
  const main = join(root, 'dist/sdk/src/scenario/main.js');
  const runner = Spawned.start(process.execPath, [main, ...args], { COC_DATA_DIR: services.dataDir });
  return { code: await runner.ended(), lines: runner.lines, errors: runner.errors };
}

async function scenario(name: string, content: object): Promise<string> {
  const file = join(services.dataDir, name);
  await writeFile(file, JSON.stringify(content));
  return file;
}

const directive = { tasks: [{ id: 'a', role: 'worker', prompt: 'p' }] };

describe('npm run scenarios', () => {
  it('finds every scenario of this repository as expected', async () => {
    const { code, lines } = await scenarios('--url', services.url);
    expect(lines.at(-1)).toMatch(/^[89] as expected, 0 not$/);
    expect(lines.filter((line) => line.endsWith('  ok')).length).toBe(Number(lines.at(-1)!.split(' ')[0]));
    expect(code).toBe(0);
  });

  it('ends with 1 and says what differs, in a file of the user', async () => {
    const wrong = await scenario('wrong.json', {
      scenario: 'This is not so',
      directive,
      expect: { state: 'FAILED', tasks: { a: { attempts: 2 } }, events: ['task.retried a'] },
    });
    const refused = await scenario('refused.json', {
      scenario: 'Nobody',
      directive: { tasks: [] },
      expect: { state: 'COMPLETED' },
    });
    const slow = await scenario('slow.json', {
      scenario: 'Too slow',
      directive: { tasks: [{ id: 'a', role: 'worker', prompt: 'p', mock: { latencyMs: 600_000 } }] },
      expect: { state: 'COMPLETED' },
      withinMs: 3_000,
    });
    const { code, lines } = await scenarios(wrong, refused, slow, '--url', services.url);
    const said = lines.join('\n');
    expect(code).toBe(1);
    expect(said).toMatch(
      /wrong\.json +COMPLETED .* NOT AS EXPECTED\n {2}This is not so \(d0_\w+\)\n {2}- the state is COMPLETED, expected FAILED/,
    );
    expect(said).toContain('  - the number of attempts of a is 1, expected 2\n  - there is no event "task.retried a"');
    expect(said).toMatch(/refused\.json .*\n {2}Nobody\n {2}- REQUEST_INVALID/);
    expect(said).toMatch(/- it did not end within 3000 ms: aborted, and the directive d0_\w+ cancelled/);
    expect(said).toMatch(/\n0 as expected, 3 not$/);
  });

  it('ends with 2 for a file that is no scenario and 3 when there is no server', async () => {
    const none = await scenario('none.json', { scenario: 'x', directive, expect: { state: 'DONE' } });
    const bad = await scenarios(none);
    expect({ code: bad.code, said: bad.errors.join('\n') }).toEqual({
      code: 2,
      said: expect.stringMatching(/none\.json is no scenario .*\n {2}\/expect\/state /),
    });
    expect(await scenarios('--colour')).toMatchObject({ code: 2 });
  });
});
