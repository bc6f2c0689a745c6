import { Controller, type Type } from '@nestjs/common';
import { Ctx, Payload } from '@nestjs/microservices';
import type { z } from 'zod';
import { type ActionContext } from './action-context.js';
import { Action, type ActionOptions } from './action.decorator.js';

/** What an action does: the checked input in, the output out. */
export type ActionFunction<Input extends z.ZodType, Output extends z.ZodType> = (
  input: z.output<Input>,
  context: ActionContext,
) => z.input<Output> | Promise<z.input<Output>>;

/** An action from a function, for programs without decorators: the controller that `@Action` would make of a method. */
export function defineAction<Input extends z.ZodType, Output extends z.ZodType>(
  name: string,
  options: ActionOptions<Input, Output>,
  work: ActionFunction<Input, Output>,
): Type {
  class DefinedAction {
    run(input: z.output<Input>, context: ActionContext): z.input<Output> | Promise<z.input<Output>> {
      return work(input, context);
    }
  }
  const target = DefinedAction.prototype;
  Payload()(target, 'run', 0);
  Ctx()(target, 'run', 1);
  Action(name, options)(target, 'run', Object.getOwnPropertyDescriptor(target, 'run')!);
  Controller()(DefinedAction);
  return DefinedAction;
}
