import { describe, expect, it } from '@jest/globals';
import { RedisUrlError, describeRedisPlace, parseRedisUrl } from './redis-url.js';

const plain = { username: undefined, password: undefined, sentinelUsername: undefined, sentinelPassword: undefined };

describe('the address of a Redis', () => {
  it.each([
    ['redis://localhost', { kind: 'single', nodes: [{ host: 'localhost', port: 6379 }], database: 0, isTls: false }],
    ['redis://10.0.0.1:7000/3', { kind: 'single', nodes: [{ host: '10.0.0.1', port: 7000 }], database: 3 }],
    ['rediss://[::1]:6380', { kind: 'single', nodes: [{ host: '::1', port: 6380 }], isTls: true }],
    ['redis://:s%40cret@host', { ...plain, password: 's@cret', nodes: [{ host: 'host', port: 6379 }] }],
    ['rediss://ann:pw@host/1', { username: 'ann', password: 'pw', database: 1, isTls: true }],
    [
      'redis-sentinel://a:1,b/mymaster/2?sentinelPassword=x',
      {
        kind: 'sentinel',
        nodes: [
          { host: 'a', port: 1 },
          { host: 'b', port: 26_379 },
        ],
        master: 'mymaster',
        database: 2,
        sentinelPassword: 'x',
      },
    ],
    ['rediss-cluster://pw@a,b:7001', { kind: 'cluster', isTls: true, username: 'pw' }],
  ])('%s', (url, expected) => {
    expect(parseRedisUrl(url)).toMatchObject(expected);
  });

  it.each([
    'http://host',
    'redis://',
    'redis://a,b',
    'redis://host:99999',
    'redis://host/one',
    'redis-sentinel://a:1',
    'redis-cluster://a/2',
    'redis://ann:secret@ho st',
  ])('refuses %s without repeating it', (url) => {
    expect(() => parseRedisUrl(url)).toThrow(RedisUrlError);
    expect(() => parseRedisUrl(url)).toThrow(
      expect.objectContaining({ message: expect.not.stringContaining('secret') }),
    );
  });

  it('is told by hosts alone', () => {
    const told = (url: string): string => describeRedisPlace(parseRedisUrl(url));
    expect(told('redis://ann:pw@host:1/2')).toBe('host:1');
    expect(told('redis-sentinel://:pw@a,b/m')).toBe('m (Sentinels a:26379,b:26379)');
    expect(told('redis-cluster://:pw@[::1]:7000')).toBe('[::1]:7000 (cluster)');
  });
});
