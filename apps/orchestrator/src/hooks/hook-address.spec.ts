import { describe, expect, it } from '@jest/globals';
import { HookAddress } from './hook-address.js';

const address = new HookAddress([]);

describe('the URL of a webhook', () => {
  it.each([
    ['is not a URL', 'example.com/hook'],
    ['is not a URL', 'https://'],
    ['does not begin with https', 'http://example.com/'],
    ['does not begin with https', 'ftp://example.com/'],
    ['does not begin with https', 'file:///etc/passwd'],
    ['does not begin with https', 'data:text/plain,x'],
    ['has a name or a password in it', 'https://me@example.com/'],
    ['has a name or a password in it', 'https://:pass@example.com/'],
  ])('%s: %s', (reason, url) => {
    expect(() => address.parse(url)).toThrow(reason);
  });

  it.each([
    'https://127.0.0.1/',
    'https://2130706433/',
    'https://0177.0.0.1/',
    'https://0x7f.1/',
    'https://0x7f000001/',
    'https://127.1/',
    'https://0/',
    'https://169.254.169.254/latest/meta-data',
    'https://0xa9fea9fe/',
    'https://[::1]/',
    'https://[::ffff:127.0.0.1]/',
    'https://[::ffff:7f00:1]/',
    'https://[64:ff9b::7f00:1]/',
    'https://[fe80::1]/',
    'https://①②⑦.⓪.⓪.①/',
    'https://%31%32%37.0.0.1/',
  ])('is refused however a private address is spelt: %s', (url) => {
    expect(() => address.parse(url)).toThrow('is not at a public address');
  });

  it('may go to a public address, and to what the operator names, also over http', async () => {
    expect(address.parse('https://8.8.8.8:8443/hook?x=1').host).toBe('8.8.8.8:8443');
    const lenient = new HookAddress(['localhost', '127.0.0.1', '::1']);
    for (const url of ['http://localhost:1/', 'http://127.0.0.1/', 'http://[::1]/'])
      await expect(lenient.check(url)).resolves.toBeUndefined();
    expect(() => lenient.parse('http://127.0.0.2/')).toThrow('does not begin with https');
    expect(() => lenient.parse('http://me@localhost/')).toThrow('has a name or a password in it');
  });

  it('is refused for a name that stands for an address that is not public', async () => {
    await expect(address.check('https://localhost/')).rejects.toThrow('is not at a public address');
    await expect(address.check('https://localhost./')).rejects.toMatchObject({ code: 'WEBHOOK_REFUSED' });
    await expect(address.check('https://no-such-host.invalid/')).rejects.toThrow('is not at a public address');
  });

  it('is looked up again by the socket, which refuses what the name stands for by then', async () => {
    const lookup = address.lookupFor(new URL('https://localhost/'));
    const { promise, resolve } = Promise.withResolvers<Error | null>();
    lookup('localhost', { all: true }, (error) => resolve(error));
    expect((await promise)?.message).toContain('not public');
  });
});
