import { describe, expect, it } from '@jest/globals';
import { createLogger } from '#libs/telemetry';
import { MemoryWatch } from './memory-watch.js';

const full = Object.assign(new Error("OOM command not allowed when used memory > 'maxmemory'."), {
  name: 'ReplyError',
});

describe('the watch over the memory of Redis', () => {
  it('knows each shard by itself', () => {
    const watch = new MemoryWatch(createLogger('test', 'silent'));
    expect(watch.heed(1, full)).toBe(true);
    watch.wasWritten(0);
    expect([watch.isFull(0), watch.isFull(1)]).toEqual([false, true]);
    watch.wasWritten(1);
    expect(watch.isFull(1)).toBe(false);
  });

  it('takes no other error for it', () => {
    const watch = new MemoryWatch(createLogger('test', 'silent'));
    expect(watch.heed(0, new Error('Connection is closed.'))).toBe(false);
    expect(watch.isFull(0)).toBe(false);
  });
});
