import { describe, expect, it } from '@jest/globals';
import { LiveScreen } from './live-screen.js';

function setup() {
  const writes: string[] = [];
  return { writes, screen: new LiveScreen({ write: (text) => writes.push(text) }) };
}

describe('the live screen', () => {
  it('goes up over the lines it drew before and clears what is left below', () => {
    const { writes, screen } = setup();
    screen.draw(['one', 'two', 'three']);
    screen.draw(['one']);
    expect(writes).toEqual([
      '\u001b[?7l\rone\u001b[K\ntwo\u001b[K\nthree\u001b[K\n\u001b[J\u001b[?7h',
      '\u001b[?7l\r\u001b[3Aone\u001b[K\n\u001b[J\u001b[?7h',
    ]);
  });

  it('writes nothing when nothing changed', () => {
    const { writes, screen } = setup();
    screen.draw(['same']);
    screen.draw(['same']);
    expect(writes).toHaveLength(1);
  });
});
