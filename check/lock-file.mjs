import { isDeepStrictEqual } from 'node:util';
import { read } from './sources.mjs';

const GROUPS = ['dependencies', 'devDependencies', 'optionalDependencies', 'peerDependencies'];

/** Addresses of packages; `funding` is the one field that may hold an address. */
function addressesIn(path, entry) {
  return Object.entries(entry)
    .filter(([key]) => key !== 'funding')
    .filter(([key, value]) => key === 'resolved' || /^(https?|git(\+\w+)?|ssh):/.test(value))
    .map(([key]) => `package-lock.json: ${path || 'the root'} has an address in '${key}'`);
}

export function checkLockFile() {
  const manifest = JSON.parse(read('package.json'));
  const lock = JSON.parse(read('package-lock.json'));
  const root = lock.packages[''];
  const strays = [
    ...['name', 'version'].filter((key) => lock[key] !== manifest[key]),
    ...GROUPS.filter((key) => !isDeepStrictEqual(root[key] ?? {}, manifest[key] ?? {})),
  ];
  return {
    findings: [
      ...Object.entries(lock.packages).flatMap(([path, entry]) => addressesIn(path, entry)),
      ...strays.map((key) => `package-lock.json: '${key}' differs from package.json, run npm install`),
      ...(/^[^#;]*registry\s*=/m.test(read('.npmrc')) ? ['.npmrc: names a registry'] : []),
    ],
  };
}
