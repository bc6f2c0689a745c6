import { Controller, UseGuards, type CanActivate } from '@nestjs/common';
import { Ctx, Payload } from '@nestjs/microservices';
import { z } from 'zod';
import type { ActionContext } from '../../apps/workers/src/host/action-context.js';
import { ActionError } from '../../apps/workers/src/host/action-error.js';
import { Action } from '../../apps/workers/src/host/action.decorator.js';

/** What an action of this file saw, for the test that started it. */
class Witness {
  private readonly seen = new Set<string>();
  private readonly waiting = new Map<string, PromiseWithResolvers<unknown>>();

  see(what: string, value?: unknown): void {
    this.seen.add(what);
    this.slot(what).resolve(value);
  }

  hasSeen(what: string): boolean {
    return this.seen.has(what);
  }

  saw(what: string): Promise<unknown> {
    return this.slot(what).promise;
  }

  private slot(what: string): PromiseWithResolvers<unknown> {
    const slot = this.waiting.get(what) ?? Promise.withResolvers<unknown>();
    this.waiting.set(what, slot);
    return slot;
  }
}

export const witness = new Witness();

const anything = z.unknown();
const pure = { effect: 'pure', input: anything, output: anything } as const;

class ClosedGate implements CanActivate {
  canActivate(): boolean {
    return false;
  }
}

@Controller()
export class TestActions {
  @Action('test.greet', {
    effect: 'pure',
    version: '7',
    input: z.strictObject({ name: z.string(), greeting: z.string().default('Hello') }),
    output: z.object({ text: z.string() }),
  })
  greet(@Payload() input: { name: string; greeting: string }): { text: string } {
    return { text: `${input.greeting}, ${input.name}` };
  }

  @Action('test.report', pure)
  async report(@Payload() _input: unknown, @Ctx() context: ActionContext): Promise<unknown> {
    context.log('first line');
    context.log('x'.repeat(5_000));
    context.progress({ done: 1 });
    context.progress({ done: 2 });
    context.spend({ costUsd: 0.01, tokens: 5 });
    context.spend({ costUsd: 0.02 });
    const { sha256 } = await context.artifacts.put('hello.txt', 'hello', 'text/plain');
    return (await context.artifacts.read(sha256)).toString();
  }

  @Action('test.throw', pure)
  throwPlainly(): never {
    throw new Error('the disk is full');
  }

  @Action('test.refuse', pure)
  refuse(): never {
    throw new ActionError('QUOTA', 'come back later', { class: 'rate-limited', retryAfterMs: 1_500 });
  }

  @Action('test.lie', { effect: 'pure', input: anything, output: z.object({ count: z.number() }) })
  lie(): { count: number } {
    return { count: 'three' as unknown as number };
  }

  @Action('test.flood', pure)
  flood(): string {
    return 'x'.repeat(2 * 1024 * 1024);
  }

  @Action('test.count', pure)
  count(): unknown {
    return { count: 1n };
  }

  @Action('test.cycle', pure)
  cycle(): unknown {
    const loop: { self?: unknown } = {};
    loop.self = loop;
    return loop;
  }

  /** Ignores its signal, and fails long after everybody stopped caring. */
  @Action('test.ignore', pure)
  async ignore(@Payload() input: unknown, @Ctx() context: ActionContext): Promise<never> {
    const abort = `${String(input)} ignored an abort`;
    context.signal.addEventListener('abort', () => setImmediate(() => witness.see(abort)));
    await witness.saw(abort);
    throw new Error('too late to matter');
  }

  @Action('test.wait', pure)
  async wait(@Payload() input: unknown, @Ctx() context: ActionContext): Promise<string> {
    const name = String(input);
    witness.see(`${name} started`);
    context.signal.addEventListener('abort', () => witness.see(`${name} aborted`, context.signal.reason));
    await witness.saw(`${name} may end`);
    return 'done';
  }

  @Action('test.spend', pure)
  spend(@Payload() _input: unknown, @Ctx() context: ActionContext): string {
    try {
      context.spend({ costUsd: 0.4 });
      context.spend({ costUsd: 0.4 });
    } catch {
      // Swallows everything, as careless code does.
    }
    return 'spent';
  }

  @Action('test.chat', pure)
  chat(@Payload() _input: unknown, @Ctx() context: ActionContext): void {
    for (let line = 1; line <= 1_200; line += 1) context.log(`line ${line}`);
  }

  @Action('test.deploy', { input: anything, output: anything })
  deploy(): string {
    return 'deployed';
  }

  /** Ends only when the test says so, whoever aborts it. */
  @Action('test.launch', { input: anything, output: anything })
  async launch(): Promise<string> {
    witness.see(witness.hasSeen('launched') ? 'launched twice' : 'launched');
    await witness.saw('launch may end');
    return 'launched';
  }

  @UseGuards(ClosedGate)
  @Action('test.guarded', pure)
  guarded(): string {
    return 'never';
  }
}

@Controller()
export class RivalActions {
  @Action('test.greet', pure)
  greetToo(): string {
    return 'Howdy';
  }
}

@Controller()
export class ChangedActions {
  @Action('test.greet', { effect: 'pure', version: '7', input: z.number(), output: z.number() })
  greetDifferently(): number {
    return 1;
  }
}
