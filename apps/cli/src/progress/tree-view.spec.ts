import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { aDirective, aTask } from './sample-directive.js';
import { TreeView } from './tree-view.js';

beforeEach(() => void jest.useFakeTimers());
afterEach(() => void jest.useRealTimers());

function setup() {
  const writes: string[] = [];
  const stream = { isTTY: true, columns: 80, rows: 24, write: (text: string) => writes.push(text) };
  const view = new TreeView(stream, false);
  const snapshot = {
    directive: aDirective(),
    tasks: [aTask({ id: 'a', state: 'running', since: new Date().toISOString() })],
  };
  return { writes, stream, view, snapshot };
}

describe('the tree on a terminal', () => {
  it('draws at most four frames a second, however fast the events come', () => {
    const { writes, view, snapshot } = setup();
    view.show(snapshot);
    for (let at = 0; at < 100; at++) {
      view.tell();
      jest.advanceTimersByTime(10);
    }
    expect(writes.length).toBeLessThanOrEqual(5);
    view.close();
  });

  it('lets the clocks tick when nothing happens', () => {
    const { writes, view, snapshot } = setup();
    view.show(snapshot);
    jest.advanceTimersByTime(3_100);
    expect(writes.length).toBeGreaterThanOrEqual(3);
    view.close();
  });

  it('is drawn anew from the top when the terminal gets another size', () => {
    const { writes, stream, view, snapshot } = setup();
    view.show(snapshot);
    stream.columns = 20;
    jest.advanceTimersByTime(300);
    expect(writes.at(-1)).toContain('\u001b[2J\u001b[H');
    expect(writes.at(-1)).toContain('▸ RUNNING d0_01JD6Z…');
    view.close();
  });

  it('says that the server is away until it is back', () => {
    const { writes, view, snapshot } = setup();
    view.show(snapshot);
    view.away('no answer');
    expect(writes.at(-1)).toContain('no answer; trying again');
    view.back();
    jest.advanceTimersByTime(300);
    expect(writes.at(-1)).not.toContain('no answer');
    view.close();
  });

  it('leaves the last frame, and nothing after it', () => {
    const { writes, view, snapshot } = setup();
    view.show(snapshot);
    view.show({ ...snapshot, directive: aDirective({ state: 'COMPLETED' }) });
    view.close();
    expect(writes.join('')).toContain('COMPLETED');
    const { length } = writes;
    jest.advanceTimersByTime(5_000);
    expect(writes).toHaveLength(length);
  });
});
