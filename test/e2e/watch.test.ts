import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Json } from '#libs/contracts';
import { WatchBed } from './watch-bed.js';

let bed: WatchBed;

beforeAll(async () => {
  bed = await WatchBed.open();
  await bed.publish('first.echo', { effect: 'pure' });
  for (const name of ['one', 'two', 'three']) await bed.publish(`${name}.gate`, { effect: 'pure' });
  await bed.publish('risky.mail', { effect: 'once', risk: 'high' });
  await bed.work('first.echo');
});

afterAll(async () => bed.close());

/** Three tasks at once, and one that goes on when somebody serves its action. */
const behind = (gate: string): Json => ({
  tasks: [
    { id: 'spread', action: 'first.echo', forEach: { items: [1, 2, 3] }, input: { $item: '' } },
    { id: 'gate', action: gate, input: { $task: 'spread' } },
  ],
});

const eventLines = (lines: readonly string[]) => lines.filter((line) => /^\d\d:\d\d:\d\d\.\d{3} /.test(line));

describe('coc watch, where there is no terminal', () => {
  it('appends every event once and in order, of a directive that it submitted itself', async () => {
    const file = join(bed.services.dataDir, 'plan.json');
    const tasks = [{ id: 'spread', action: 'first.echo', forEach: { items: [1, 2, 3] }, input: { $item: '' } }];
    await writeFile(file, JSON.stringify({ tasks }));
    const run = bed.coc('run', file, '--watch');
    expect(await run.ended()).toBe(0);
    const id = /submitted (\S+)/.exec(run.errors[0] ?? '')?.[1] ?? '';
    expect(run.errors.slice(1)).toEqual(await bed.lines(id));
    expect(JSON.parse(run.lines.join('\n'))).toEqual([1, 2, 3]);
  });

  it('tells the whole story also when it comes in the middle, and ends with the state', async () => {
    const id = await bed.services.submit(behind('one.gate'));
    const earlier = bed.coc('watch', id);
    await earlier.line(/task\.queued {2}gate/);
    const later = bed.coc('watch', id);
    await later.line(/task\.queued {2}gate/);
    await bed.work('one.gate');
    expect([await earlier.ended(), await later.ended()]).toEqual([0, 0]);
    const lines = await bed.lines(id);
    expect(earlier.errors).toEqual(lines);
    expect(later.errors).toEqual(lines);
    expect(later.lines).toEqual(['COMPLETED']);
  });

  it('says that the server is away and back, and misses and repeats nothing', async () => {
    const id = await bed.services.submit(behind('two.gate'));
    const watch = bed.coc('watch', id);
    await watch.line(/task\.queued {2}gate/);
    await bed.restart(async () => {
      await watch.line(/trying again/);
      await bed.work('two.gate');
    });
    expect(await watch.ended()).toBe(0);
    expect(eventLines(watch.errors)).toEqual(await bed.lines(id));
    expect(watch.errors.filter((line) => !eventLines([line]).length)).toEqual([
      expect.stringMatching(/; trying again$/),
      'the server answers again; going on where it was',
    ]);
  });

  it('leaves by Ctrl-C with 130, and the directive goes on', async () => {
    const id = await bed.services.submit(behind('three.gate'));
    const watch = bed.coc('watch', id);
    await watch.line(/task\.queued {2}gate/);
    watch.signal('SIGINT');
    expect(await watch.ended()).toBe(130);
    expect(watch.errors.slice(-2)).toEqual([`detached; ${id} goes on`, expect.stringContaining(`coc watch ${id}`)]);
    const { body } = await bed.services.send('GET', `/directives/${id}`);
    expect(body).toMatchObject({ state: 'RUNNING' });
  });
});

describe('coc run --wait', () => {
  it('says which task is held, for what and until when, and exits 6 when only a human can help', async () => {
    const file = join(bed.services.dataDir, 'risky.json');
    await writeFile(file, JSON.stringify({ tasks: [{ id: 'mail', action: 'risky.mail' }] }));
    const run = bed.coc('run', file, '--wait');
    const id = /submitted (\S+)/.exec(await run.line(/submitted/))?.[1] ?? '';
    expect(await run.line(/^held: /)).toMatch(/^held: mail waits for an approval, since \S+Z, until \S+Z$/);
    expect(await run.line(/^next: /)).toContain(`coc status ${id} --why`);
    expect(await run.ended()).toBe(6);
    await bed.services.send('POST', `/directives/${id}/cancel`);
  });
});
