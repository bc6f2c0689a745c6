import { Controller, Inject } from '@nestjs/common';
import { Ctx, Payload } from '@nestjs/microservices';
import { Action, type ActionContext } from '#apps/workers';
import { Order, Product } from './order.js';
import { performOrder } from './perform-order.js';

export const witnessAddress = Symbol('where the witness answers');

const shape = { input: Order, output: Product, timeoutMs: 120_000 } as const;

/** The actions of the harness: what they do is seen by the witness. */
@Controller()
export class WitnessedActions {
  constructor(@Inject(witnessAddress) private readonly witnessUrl: string) {}

  @Action('chaos.pure', { ...shape, effect: 'pure' })
  async pure(@Payload() order: Order, @Ctx() context: ActionContext): Promise<Product> {
    return this.perform(order, context);
  }

  @Action('chaos.keyed', { ...shape, effect: 'keyed' })
  async keyed(@Payload() order: Order, @Ctx() context: ActionContext): Promise<Product> {
    return this.perform(order, context);
  }

  @Action('chaos.once', { ...shape, effect: 'once' })
  async once(@Payload() order: Order, @Ctx() context: ActionContext): Promise<Product> {
    return this.perform(order, context);
  }

  @Action('chaos.costed', { ...shape, effect: 'keyed', maxCostUsd: 0.01, maxTokens: 1_000 })
  async costed(@Payload() order: Order, @Ctx() context: ActionContext): Promise<Product> {
    return this.perform(order, context);
  }

  @Action('chaos.rated', { ...shape, effect: 'pure', rate: { limit: 20, perMs: 1_000 } })
  async rated(@Payload() order: Order, @Ctx() context: ActionContext): Promise<Product> {
    return this.perform(order, context);
  }

  private async perform(order: Order, context: ActionContext): Promise<Product> {
    const product = await performOrder(this.witnessUrl, order, context.message, context.signal);
    if (order.costUsd > 0) context.spend({ costUsd: order.costUsd });
    return product;
  }
}
