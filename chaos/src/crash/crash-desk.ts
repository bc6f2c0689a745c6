import { once } from 'node:events';
import { createServer, type Server, type Socket } from 'node:net';
import { pollFor } from '../run/clock.js';
import { hear, tell, type CrashRequest } from './crash-wire.js';
import type { CrashOrder } from './tripwire.js';

interface Caller {
  socket: Socket;
  answers: ((counts: Record<string, number>) => void)[];
}

const callWithinMs = 20_000;

/** Where processes with the preload call in, each by its name; a restarted one takes the place of the one before. */
export class CrashDesk {
  private readonly callers = new Map<string, Caller>();

  private constructor(private readonly server: Server) {}

  /** Listens on a Unix socket of this path. */
  static async open(path: string): Promise<CrashDesk> {
    const server = createServer();
    const desk = new CrashDesk(server);
    server.on('connection', (socket) => desk.admit(socket));
    server.listen(path);
    await once(server, 'listening');
    return desk;
  }

  /** The process dies at its next so-manieth passing of the point. Rejects when it does not call in. */
  async arm(name: string, order: CrashOrder | undefined): Promise<void> {
    await this.ask(name, order ? { kind: 'arm', order } : { kind: 'arm' });
  }

  async counts(name: string): Promise<Record<string, number>> {
    return this.ask(name, { kind: 'count' });
  }

  close(): void {
    for (const { socket } of this.callers.values()) socket.destroy();
    this.server.close();
  }

  private admit(socket: Socket): void {
    hear(socket, (report) => {
      if (report.kind === 'hello') this.enter(report.name, socket);
      else if (report.kind === 'counts')
        for (const { socket: known, answers } of this.callers.values())
          if (known === socket) answers.shift()?.(report.counts);
    });
  }

  private enter(name: string, socket: Socket): void {
    const caller = { socket, answers: [] };
    this.callers.set(name, caller);
    socket.on('close', () => {
      if (this.callers.get(name) === caller) this.callers.delete(name);
    });
  }

  private async ask(name: string, request: CrashRequest): Promise<Record<string, number>> {
    const caller = await pollFor(callWithinMs, async () => this.callers.get(name), 20);
    if (!caller) throw new Error(`${name} did not call in`);
    const { promise, resolve, reject } = Promise.withResolvers<Record<string, number>>();
    caller.answers.push(resolve);
    const isGone = (): void => reject(new Error(`${name} ended before it answered`));
    caller.socket.once('close', isGone);
    tell(caller.socket, request);
    return promise.finally(() => caller.socket.off('close', isGone));
  }
}
