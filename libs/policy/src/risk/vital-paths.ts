import { unknown } from './shell-command.js';

const topFolders = new Set(
  (
    'bin boot dev etc home lib lib32 lib64 libx32 media mnt opt proc root sbin srv sys usr var ' +
    'applications library private system users volumes'
  ).split(' '),
);
const homes = new Set(['home', 'users']);
const harmlessDevices = new Set(
  'null zero full random urandom stdin stdout stderr tty ptmx fd shm pts log console tcp udp'.split(' '),
);
const diskFolders = new Set(['disk', 'mapper', 'block']);
/** `$DIR/` and `$DIR/*` are the root when DIR is not set; ShellCheck warns of it as SC2115. */
const unsetRoot = new RegExp(String.raw`^${unknown}/+\*?$`);
const maxGlobChars = 64;

const credentialPlaces = [
  '.ssh/id_',
  '.aws/credentials',
  '/etc/shadow',
  '/etc/gshadow',
  '.netrc',
  '.git-credentials',
  '.pgpass',
  '.kube/config',
  '.docker/config.json',
  '.config/gcloud/',
  '.config/gh/hosts.yml',
  '.gnupg/',
];

/** The root, a home, or a top folder of the system, or all that is in one of these. */
export function isVitalPath(text: string): boolean {
  if (unsetRoot.test(text)) return true;
  if (!/^[/~]/.test(text)) return false;
  // `~` and `~bob` are homes: from there `..` leads up to the system's own folders.
  const parts = partsOf(text.toLowerCase().replace(/^~[^/]*/, '/home/~'));
  const [first = '*', second, third] = parts;
  if (parts.length <= 1) return isGlob(first) || topFolders.has(first);
  if (parts.length === 2) return homes.has(first) || (topFolders.has(first) && isEveryName(second!));
  return parts.length === 3 && homes.has(first) && isEveryName(third!);
}

/** `*`, `./*`, `../*`: all that is in the working directory, whichever that is. */
export function isEverythingHere(text: string): boolean {
  if (!text.includes('*') || /^[/~]/.test(text)) return false;
  return partsOf(text).every((part) => part === '..' || isEveryName(part));
}

/** A disk or another device that keeps what is written to it. */
export function isDevice(text: string): boolean {
  if (!text.startsWith('/')) return false;
  const [folder, device, ...rest] = partsOf(text.toLowerCase());
  if (folder !== 'dev' || device === undefined || /^\W/.test(device)) return false;
  if (rest.length > 0) return diskFolders.has(device);
  return !harmlessDevices.has(device.replace(/\W.*$/s, ''));
}

/** What is written to it, the kernel does at once. */
export function isKernelTrigger(text: string): boolean {
  return text.endsWith('sysrq-trigger') && partsOf(text).join('/') === 'proc/sysrq-trigger';
}

/** Private keys and stored passwords, where programs keep them. */
export function isCredentialFile(text: string): boolean {
  if (text.endsWith('.pub')) return false;
  if (text.startsWith('/proc/') && text.endsWith('/environ')) return true;
  return credentialPlaces.some((place) => text.includes(place));
}

function partsOf(path: string): string[] {
  const parts: string[] = [];
  for (const part of path.split('/')) {
    if (part === '' || part === '.') continue;
    if (part === '..' && parts.length > 0 && parts.at(-1) !== '..') parts.pop();
    else if (part !== '..' || !path.startsWith('/')) parts.push(part);
  }
  return parts;
}

function isGlob(part: string): boolean {
  return /[*?[{]/.test(part);
}

function isEveryName(part: string): boolean {
  if (part.length > maxGlobChars || !part.includes('*')) return false;
  return /^[*?.]+$/.test(part.replaceAll(/\[[^[\]]*\]/g, ''));
}
