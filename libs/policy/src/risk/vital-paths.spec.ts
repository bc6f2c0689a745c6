import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { unknown } from './shell-command.js';
import { isCredentialFile, isDevice, isEverythingHere, isVitalPath } from './vital-paths.js';

const vital = [
  '/',
  '//',
  '/.',
  '/..',
  '/*',
  '/?*',
  '/b*',
  '/[a-z]*',
  '/etc',
  '/etc/',
  '/ETC',
  '/usr/*',
  '/usr/.*',
  '/tmp/../var',
];
const homes = [
  '~/..',
  '~bob/..',
  '~/../../etc',
  '~/./../*',
  '~',
  '~/',
  '~/.',
  '~bob',
  '~/*',
  '/root',
  '/home',
  '/home/bob',
  '/home/*',
  '/home/bob/*',
  '/Users/bob',
];
const unset = [`${unknown}/`, `${unknown}//`, `${unknown}/*`];
const own = [
  '',
  '.',
  './',
  'etc',
  '/tmp',
  '/tmp/*',
  '/app',
  '/etc/app',
  '/usr/local/*',
  '~/src',
  '/home/bob/src',
  `${unknown}/x`,
];

describe('isVitalPath', () => {
  it.each([...vital, ...homes, ...unset])('holds for %j', (path) => expect(isVitalPath(path)).toBe(true));
  it.each([...own, unknown, unknown + unknown, '*'])('does not hold for %j', (path) => {
    expect(isVitalPath(path)).toBe(false);
  });
});

describe('isEverythingHere', () => {
  it.each(['*', './*', '*/', '.*', '../*', '../../*', '**/*', '*.*', '[!.]*'])('holds for %j', (path) => {
    expect(isEverythingHere(path)).toBe(true);
  });
  it.each(['', '.', '..', '*.o', 'build/*', '*~', '/tmp/*', '~/*', `${unknown}*`])('does not hold for %j', (path) => {
    expect(isEverythingHere(path)).toBe(false);
  });
});

describe('isDevice', () => {
  it.each(['/dev/sda', '/dev/nvme0n1', '/dev//sda', '/dev/mapper/root', '/dev/disk/by-id/x'])(
    'holds for %j',
    (path) => {
      expect(isDevice(path)).toBe(true);
    },
  );
  it.each([
    '/dev/null',
    '/dev/null`',
    '/dev/stderr',
    '/dev/fd/3',
    '/dev/shm/x',
    '/dev',
    'dev/sda',
    '/etc/sda',
    '/dev/tcp/h/1',
  ])('does not hold for %j', (path) => expect(isDevice(path)).toBe(false));
});

describe('isCredentialFile', () => {
  it.each(['/root/.ssh/id_rsa', '@/home/a/.aws/credentials', '/etc/shadow', '/proc/self/environ'])(
    'holds for %j',
    (path) => {
      expect(isCredentialFile(path)).toBe(true);
    },
  );
  it.each(['~/.ssh/id_rsa.pub', '~/.ssh/config', '/etc/passwd', '/proc/cpuinfo'])('does not hold for %j', (path) => {
    expect(isCredentialFile(path)).toBe(false);
  });
});

describe('a path', () => {
  const segments = fc.constantFrom('etc', 'home', 'bob', 'usr', 'dev', 'sda', 'null', '*', '.*', 'x', '..', '.');
  const paths = fc
    .tuple(fc.constantFrom('/', './', ''), fc.array(segments, { maxLength: 4 }))
    .map(([start, parts]) => start + parts.join('/'));
  const verdicts = (path: string) => [isVitalPath(path), isEverythingHere(path), isDevice(path)];

  it('is the same with blank steps in it: "//", "/./", "/x/../"', () => {
    const blanks = fc.constantFrom('//', '/./', '/x/../', '/.//x/.././');
    fc.assert(
      fc.property(paths, blanks, fc.nat(), (path, blank, pick) => {
        const slashes = [...path.matchAll(/\//g)].map(({ index }) => index);
        fc.pre(slashes.length > 0);
        const at = slashes[pick % slashes.length]!;
        expect(verdicts(path.slice(0, at) + blank + path.slice(at + 1))).toEqual(verdicts(path));
      }),
    );
  });

  it('is the same in capitals: not all file systems tell them apart', () => {
    fc.assert(
      fc.property(paths, (path) => {
        expect(verdicts(path.toUpperCase())).toEqual(verdicts(path));
      }),
    );
  });

  it('from the root is no further up than the root', () => {
    fc.assert(
      fc.property(paths, fc.integer({ min: 1, max: 5 }), (path, steps) => {
        fc.pre(path.startsWith('/'));
        expect(verdicts('/..'.repeat(steps) + path)).toEqual(verdicts(path));
      }),
    );
  });

  it('that is vital is so with all that is in it', () => {
    const names = fc.constantFrom('etc', 'usr', 'var', 'home', 'home/bob', 'root', '');
    fc.assert(
      fc.property(names, fc.constantFrom('', '/', '/.', '/*', '/**', '/.*'), (name, tail) => {
        expect(isVitalPath(`/${name}${tail}`)).toBe(true);
      }),
    );
  });
});
