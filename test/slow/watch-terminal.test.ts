import { spawnSync } from 'node:child_process';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { PseudoTerminal } from '../setup/pseudo-terminal.js';
import { WatchBed } from '../e2e/watch-bed.js';

// Node has no pseudo-terminal of its own; Python has one in its standard library.
const onTerminal = spawnSync('python3', ['--version']).status === 0 ? it : it.skip;

let bed: WatchBed;
const open: PseudoTerminal[] = [];

beforeAll(async () => {
  bed = await WatchBed.open();
  for (const name of ['first.echo', 'one.gate', 'two.gate', 'three.gate']) await bed.publish(name, { effect: 'pure' });
  await bed.publish('risky.mail', { effect: 'once', risk: 'high' });
  await bed.work('first.echo');
});

afterAll(async () => {
  for (const terminal of open) terminal.kill();
  await bed.close();
});

function watch(rows: number, columns: number, id: string): PseudoTerminal {
  const terminal = bed.terminal(rows, columns, 'watch', id);
  open.push(terminal);
  return terminal;
}

const times = (text: string, part: string | RegExp) => text.split(part).length - 1;

describe('coc watch on a terminal', () => {
  onTerminal('draws the tree in place, tells what each task waits for, and leaves the last frame', async () => {
    const id = await bed.services.submit({
      title: 'three ways to wait',
      tasks: [
        { id: 'spread', action: 'first.echo', forEach: { items: [1, 2, 3] }, input: { $item: '' } },
        { id: 'gate', action: 'one.gate', maxRetries: 2, input: { $task: 'spread' } },
        { id: 'last', action: 'first.echo', input: { $task: 'gate' } },
      ],
    });
    const terminal = watch(24, 120, id);
    const waiting = await terminal.shows(/gate .* waits for a worker/);
    expect(waiting).toMatch(/▸ RUNNING d0_\w+ {2}three ways to wait {2}4\/6 tasks/);
    expect(waiting).toMatch(/✓ spread +first\.echo +3\/3 done/);
    expect(waiting).toMatch(/▹ gate +one\.gate +dispatched {2}attempt 1 of 3 .* waits for a worker to take it/);
    expect(waiting).toMatch(/· last +first\.echo +waiting .* waits for tasks before it \(gate\)/);
    await bed.work('one.gate');
    expect(await terminal.ended()).toBe(0);
    const { screen } = terminal;
    expect(screen).toMatch(/✓ COMPLETED .* 6\/6 tasks/);
    expect(screen).toMatch(/✓ last +first\.echo +succeeded/);
    expect(times(terminal.written, 'three ways to wait')).toBeGreaterThan(1);
    expect({
      header: times(screen, 'three ways to wait'),
      last: times(screen, ' last '),
      end: times(screen, /^COMPLETED$/m),
    }).toEqual({
      header: 1,
      last: 1,
      end: 1,
    });
  });

  onTerminal(
    'keeps to the height of the terminal, shows the held task of a hundred, and follows a resize',
    async () => {
      const tasks = Array.from({ length: 100 }, (_, at) => ({ id: `t${at}`, action: 'two.gate' }));
      const id = await bed.services.submit({ tasks: [...tasks, { id: 'mail', action: 'risky.mail' }] });
      const terminal = watch(12, 100, id);
      const frame = await terminal.shows(/‖ mail +risky\.mail +held .* waits for an approval, \S+ left/);
      expect(frame).toMatch(/0\/101 tasks {2}1 held/);
      expect(frame).toMatch(/… \d+ more: .*dispatched/);
      expect(frame.trimEnd().split('\n').length).toBeLessThanOrEqual(11);
      terminal.resize(8, 60);
      await terminal.until(() => terminal.screenSinceClear?.includes('97 more') === true, 'a new frame');
      const lines = terminal.screenSinceClear!.trimEnd().split('\n');
      expect(Math.max(...lines.map((line) => line.length))).toBe(60);
      expect(lines).toEqual([
        expect.stringContaining('RUNNING'),
        ...Array.from({ length: 3 }, () => expect.stringContaining('▹')),
        expect.stringContaining('‖ mail'),
        expect.stringContaining('… 97 more'),
      ]);
      await bed.services.send('POST', `/directives/${id}/cancel`);
      expect(await terminal.ended()).toBe(5);
      expect(terminal.screen).toMatch(/⊘ CANCELLED/);
    },
  );

  onTerminal('leaves by Ctrl-C below the last frame, and the directive goes on', async () => {
    const id = await bed.services.submit({ tasks: [{ id: 'gate', action: 'three.gate' }] });
    const terminal = watch(24, 120, id);
    await terminal.shows(/gate .* waits for a worker/);
    terminal.type('\u0003');
    expect(await terminal.ended()).toBe(130);
    expect(terminal.screen).toMatch(
      new RegExp(`▹ gate .*\n+detached; ${id} goes on\nnext: come back with "coc watch ${id} `),
    );
    expect((await bed.services.send('GET', `/directives/${id}`)).body).toMatchObject({ state: 'RUNNING' });
  });
});
