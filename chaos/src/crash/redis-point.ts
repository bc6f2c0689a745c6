import { createHash } from 'node:crypto';
import { transitionOf } from '../network/function-name.js';
import { keyKind } from './key-kind.js';

/** A command as it goes to Redis. */
export interface SentCommand {
  name: string;
  args: readonly (string | Buffer)[];
  keys: readonly (string | Buffer)[];
}

/** What ioredis says on every new connection before anybody asks anything of it: one I/O. */
const greeting = new Set(['hello', 'client setinfo', 'client setname', 'info', 'select', 'auth']);
const withSubcommand = new Set(['client', 'config', 'function', 'script', 'xgroup', 'xinfo', 'memory', 'object']);

function hashOf(lua: string): string {
  return createHash('sha1').update(lua).digest('hex');
}

/** Names I/O with Redis after what is done, never after ids: a point is the same in every run. */
export class RedisPoints {
  /** Names of scripts by their text and by its hash. */
  private readonly scripts = new Map<string, string>();

  /** BullMQ defines its scripts as `addStandardJob:6.7.0`. */
  learn(command: string, lua: string): void {
    if (this.scripts.has(lua)) return;
    const [name] = command.split(':');
    this.scripts.set(lua, name!).set(hashOf(lua), name!);
  }

  nameOf({ name, args, keys }: SentCommand): string {
    const command = name.toLowerCase();
    const first = String(args[0] ?? '');
    if (command === 'fcall') return `fcall ${transitionOf(first)}`;
    if (command === 'eval' || command === 'evalsha') {
      return `script ${this.scripts.get(first) ?? 'unknown'} ${queueOf(String(args[2] ?? ''))}`.trim();
    }
    const verb = withSubcommand.has(command) ? `${command} ${first.toLowerCase()}` : command;
    if (greeting.has(verb)) return 'connect';
    return keys.length === 0 ? verb : `${verb} ${keyKind(String(keys[0]))}`;
  }
}

/** The keys of a script are all of one queue. */
function queueOf(key: string): string {
  return keyKind(key).split(':')[0]!;
}
