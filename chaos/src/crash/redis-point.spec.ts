import { describe, expect, it } from '@jest/globals';
import { RedisPoints } from './redis-point.js';

describe('the name of a command', () => {
  const points = new RedisPoints();
  points.learn('addStandardJob:6.7.0', 'return 1');

  it('is that of the transition, whatever the hash of its library', () => {
    const args = ['coc_0123456789ab_settle_attempt', '1', '{coc:0}'];
    expect(points.nameOf({ name: 'fcall', args, keys: ['{coc:0}'] })).toBe('fcall settle-attempt');
  });

  it('is that of the script with its queue, sent as text or as hash', () => {
    const rest = ['8', '{coc:0}:orchestrator.execute.0:wait'];
    const sha = 'e0e1f9fabfc9d4800c877a703b823ac0578ff8db';
    for (const [name, first] of [
      ['eval', 'return 1'],
      ['evalsha', sha],
    ] as const)
      expect(points.nameOf({ name, args: [first, ...rest], keys: [] })).toBe('script addStandardJob execute');
  });

  it('is the command with the kind of its first key, or with its subcommand', () => {
    expect(points.nameOf({ name: 'XACK', args: [], keys: ['{coc:0}:rag.embed.0:events'] })).toBe('xack work:events');
    expect(points.nameOf({ name: 'xgroup', args: ['CREATE'], keys: ['{coc:0}:a.b.0:events'] })).toBe(
      'xgroup create work:events',
    );
    expect(points.nameOf({ name: 'client', args: ['ID'], keys: [] })).toBe('client id');
    expect(points.nameOf({ name: 'client', args: ['SETINFO'], keys: [] })).toBe('connect');
    expect(points.nameOf({ name: 'time', args: [], keys: [] })).toBe('time');
  });
});
