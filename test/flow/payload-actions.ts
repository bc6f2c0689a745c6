import { Controller } from '@nestjs/common';
import { Ctx, Payload } from '@nestjs/microservices';
import { z } from 'zod';
import type { ActionContext } from '../../apps/workers/src/host/action-context.js';
import { Action } from '../../apps/workers/src/host/action.decorator.js';

const anything = z.unknown();
const pure = { effect: 'pure', input: anything, output: anything } as const;

/** Bytes of the JSON that `host.make` puts out, and what each character of it is. */
const Make = z.object({ bytes: z.number().int(), letter: z.string().default('x') });

/** Actions on our worker host, whose inputs and outputs may be as large as a test likes. */
@Controller()
export class PayloadActions {
  @Action('host.make', { effect: 'pure', input: Make, output: z.object({ text: z.string() }) })
  make(@Payload() { bytes, letter }: z.output<typeof Make>): { text: string } {
    return { text: letter.repeat(bytes - '{"text":""}'.length) };
  }

  @Action('host.pass', pure)
  pass(@Payload() input: unknown): unknown {
    return input;
  }

  @Action('host.size', pure)
  size(@Payload() input: unknown, @Ctx() context: ActionContext): { bytes: number; isInMessage: boolean } {
    const bytes = JSON.stringify(input).length;
    return { bytes, isInMessage: JSON.stringify(context.message.input).length === bytes };
  }

  @Action('host.once', { effect: 'once', input: anything, output: anything, maxCostUsd: 1 })
  once(@Payload() input: unknown): { bytes: number } {
    return { bytes: JSON.stringify(input).length };
  }
}
