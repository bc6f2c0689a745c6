import { promises as files } from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import { basename } from 'node:path';
import type { Tripwire } from './tripwire.js';

type AnyCall = (this: unknown, ...args: unknown[]) => Promise<unknown>;
type Calls = Record<string, AnyCall>;

const byPath = ['writeFile', 'rename', 'link', 'unlink', 'rm', 'mkdir'] as const;
const byHandle = ['appendFile', 'write', 'writeFile', 'truncate', 'sync', 'datasync'] as const;

/** `events.jsonl`, `*.tmp`: what a file is for, without what tells it from others of its kind. */
function fileKind(path: string): string {
  const name = basename(path);
  return /\d|[A-Z]|^[0-9a-f]{2}$/.test(name) ? `*${/\.[a-z]+$/.exec(name)?.[0] ?? ''}` : name;
}

/** Both ends of everything that changes a file through node:fs/promises. */
export async function watchFiles(tripwire: Tripwire): Promise<void> {
  const calls = files as unknown as Calls;
  const nameOfHandle = new WeakMap<object, string>();
  const watch = (target: Calls, method: string, kindOf: (self: unknown, args: unknown[]) => string): void => {
    const call = target[method]!;
    target[method] = async function passAround(this: unknown, ...args) {
      const point = `file ${method} ${kindOf(this, args)}`;
      tripwire.pass(`before ${point}`);
      const result = await call.apply(this, args);
      tripwire.pass(`after ${point}`);
      return result;
    };
  };
  for (const method of byPath) watch(calls, method, (_, [path]) => fileKind(String(path)));
  const open = calls['open']!;
  calls['open'] = async function openAndName(this: unknown, ...args) {
    const handle = (await open.apply(this, args)) as object;
    nameOfHandle.set(handle, fileKind(String(args[0])));
    return handle;
  };
  const handle = await files.open(import.meta.filename);
  await handle.close();
  const prototype = Object.getPrototypeOf(handle) as Calls;
  for (const method of byHandle) watch(prototype, method, (self) => nameOfHandle.get(self as object) ?? 'unknown');
  syncBuiltinESMExports();
}
