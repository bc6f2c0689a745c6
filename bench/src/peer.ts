import { fork, type ChildProcess } from 'node:child_process';
import { join } from 'node:path';

type Requests = Record<string, (...args: never[]) => Promise<unknown>>;
interface Request {
  id: number;
  name: string;
  args: unknown[];
}
interface Answer {
  id: number;
  result?: unknown;
  error?: string;
}

/** The child's side: answers the parent's requests by these functions, and says that it is ready. */
export function serveParent(requests: Requests): void {
  process.on('message', (request: Request) => {
    const call = requests[request.name] as ((...args: unknown[]) => Promise<unknown>) | undefined;
    const work = call ? call(...request.args) : Promise.reject(new RangeError(`no request is named ${request.name}`));
    work.then(
      (result) => process.send?.({ id: request.id, result }),
      (error: unknown) =>
        process.send?.({ id: request.id, error: String(error instanceof Error ? error.stack : error) }),
    );
  });
  for (const event of ['disconnect', 'SIGTERM'] as const) process.on(event, () => process.exit(0));
  process.send?.('ready');
}

/** The bench's own environment, and what a process is told beside it. */
export function environmentWith(env: Record<string, string>): NodeJS.ProcessEnv {
  return { ...process.env, ...env };
}

/** A process of the bench, started from dist/; `ask` runs one of its requests there. */
export class Peer {
  private readonly waiting = new Map<number, PromiseWithResolvers<unknown>>();
  private requests = 0;

  private constructor(
    private readonly name: string,
    private readonly child: ChildProcess,
  ) {
    child.on('message', (answer: Answer | 'ready') => {
      if (answer !== 'ready') this.settle(answer);
    });
    child.on('exit', (code) => {
      for (const { reject } of this.waiting.values()) reject(new Error(`${name} ended with ${code}`));
    });
  }

  static async start(
    file: string,
    env: Record<string, string>,
    { execArgv = [], args = [] }: { execArgv?: string[]; args?: string[] } = {},
  ): Promise<Peer> {
    const child = fork(join(import.meta.dirname, file), args, { env: environmentWith(env), execArgv });
    await new Promise((resolve, reject) => {
      child.once('message', resolve);
      child.once('exit', (code) => reject(new Error(`${file} ended with ${code} before it was ready`)));
    });
    return new Peer(file, child);
  }

  get pid(): number {
    return this.child.pid!;
  }

  async ask<Result>(name: string, ...args: unknown[]): Promise<Result> {
    const id = (this.requests += 1);
    const answer = Promise.withResolvers<unknown>();
    this.waiting.set(id, answer);
    this.child.send({ id, name, args } satisfies Request);
    return (await answer.promise) as Result;
  }

  async stop(): Promise<void> {
    if (this.child.exitCode !== null) return;
    const ended = new Promise((resolve) => this.child.once('exit', resolve));
    this.child.kill('SIGTERM');
    await ended;
  }

  private settle({ id, result, error }: Answer): void {
    const answer = this.waiting.get(id);
    this.waiting.delete(id);
    if (error === undefined) answer?.resolve(result);
    else answer?.reject(new Error(`${this.name}: ${error}`));
  }
}
