import { MessagePattern } from '@nestjs/microservices';
import type { ActionDraft } from '#libs/contracts';
import type { z } from 'zod';
import type { ActionContext } from './action-context.js';

/** Nest hands a handler only to the transport whose symbol it was declared for. */
export const bullmqTransport = Symbol('bullmq');

/** What the catalog holds about an action, with zod schemas in place of JSON Schemas. Left out, `effect` is `once`. */
export type ActionOptions<Input extends z.ZodType = z.ZodType, Output extends z.ZodType = z.ZodType> = Omit<
  ActionDraft,
  'name' | 'input' | 'output'
> & { input: Input; output: Output };

/** An action as its handler declares it; `declaredBy` is `Class.method`. */
export interface DeclaredAction {
  name: string;
  declaredBy: string;
  options: ActionOptions;
}

type ActionHandler<Input extends z.ZodType, Output extends z.ZodType> = (
  input: z.output<Input>,
  context: ActionContext,
) => z.input<Output> | Promise<z.input<Output>>;

/**
 * Makes a controller's method `(@Payload() input, @Ctx() context: ActionContext)` the worker of an action named
 * `service.role`. Input and output are checked by their schemas; guards, interceptors and filters are Nest's own.
 */
export function Action<Input extends z.ZodType, Output extends z.ZodType>(
  name: string,
  options: ActionOptions<Input, Output>,
) {
  return <Handler extends ActionHandler<Input, Output>>(
    target: object,
    key: string,
    descriptor: TypedPropertyDescriptor<Handler>,
  ): void => {
    const declared: DeclaredAction = { name, declaredBy: `${target.constructor.name}.${key}`, options };
    MessagePattern(name, bullmqTransport, { declared })(target, key, descriptor);
  };
}
