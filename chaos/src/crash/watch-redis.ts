import { Command, Redis } from 'ioredis';
import { RedisPoints } from './redis-point.js';
import type { Tripwire } from './tripwire.js';

type Write = (this: Command, socket: object) => string | Buffer;
type Define = (name: string, definition: { lua: string }) => void;

/** Both ends of each command of every ioredis connection: just before its bytes are written, and when its reply is read, before anybody is told. */
export function watchRedis(tripwire: Tripwire): void {
  const points = new RedisPoints();
  // Once a command, though it is written again after a reconnect.
  const heard = new WeakSet<Command>();
  // ioredis gets its commands by mixing: they are properties of the prototype that no type names as such.
  const prototype = Redis.prototype as unknown as { defineCommand: Define };
  const define = prototype.defineCommand;
  prototype.defineCommand = function learnAndDefine(this: Redis, ...args: Parameters<Define>) {
    points.learn(args[0], args[1].lua);
    define.apply(this, args);
  };
  const commands = Command.prototype as unknown as { toWritable: Write };
  const write = commands.toWritable;
  commands.toWritable = function passAndWrite(this: Command, socket) {
    const name = points.nameOf({ name: this.name, args: argumentsOf(this), keys: keysOf(this) });
    tripwire.pass(`before ${name}`);
    if (!heard.has(this)) {
      heard.add(this);
      passReply(this, () => tripwire.pass(`after ${name}`));
    }
    return write.call(this, socket);
  };
}

function argumentsOf(command: Command): (string | Buffer)[] {
  return command.args as (string | Buffer)[];
}

function keysOf(command: Command): (string | Buffer)[] {
  return command.name === 'fcall' || command.name.startsWith('eval') ? [] : command.getKeys();
}

function passReply(command: Command, pass: () => void): void {
  const { resolve, reject } = command;
  command.resolve = (reply) => {
    pass();
    resolve(reply);
  };
  command.reject = (error) => {
    // An error of the connection is no reply.
    if (error.name === 'ReplyError') pass();
    reject(error);
  };
}
