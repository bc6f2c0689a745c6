import { describe, expect, it } from '@jest/globals';
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
const homes = ['~', '~/', '~/.', '~bob', '~/*', '/root', '/home', '/home/bob', '/home/*', '/home/bob/*', '/Users/bob'];
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
