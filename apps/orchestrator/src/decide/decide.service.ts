import { type Json, type RoomMessage, type TaskSpec } from '#libs/contracts';
import { decidePlan, houseRulesFor, type House, type PolicyFailure } from '#libs/policy';
import type { QueueSender } from '#libs/queues';
import type { DirectiveOrder, DirectiveOrders, DirectiveStore } from '#libs/state';
import type { CatalogSnapshot } from '../ingress/catalog-snapshot.js';
import type { WorkflowLibrary } from './workflow.library.js';
import type { Workflow } from './workflow.js';
import { loadWhole } from './whole-order.js';

export interface DecideParts {
  orders: DirectiveOrders;
  store: DirectiveStore;
  catalog: CatalogSnapshot;
  workflows: WorkflowLibrary;
  sender: QueueSender;
  house: House;
}

/** Turns an intent or a workflow's name into a plan, or ends the directive with the reason why there is none. */
export class DecideService {
  constructor(private readonly parts: DecideParts) {}

  async decide({ directiveId, traceparent }: RoomMessage): Promise<void> {
    const order = await this.parts.orders.load(directiveId);
    if (order?.state !== 'PENDING' || order.isWaiting) return;
    const whole = await loadWhole(this.parts.orders, directiveId);
    if ('lost' in whole) return this.fail(directiveId, whole.lost);
    const chosen = this.parts.workflows.choose(whole.order.request);
    if ('code' in chosen) return this.fail(directiveId, chosen);
    const failure = await this.commit(whole.order, chosen);
    if (failure) return this.fail(directiveId, failure);
    await this.parts.sender.sendRoom('execute', { tenant: order.tenant, directiveId, traceparent });
  }

  private async commit(
    order: DirectiveOrder,
    { workflow, input }: { workflow: Workflow; input: Json },
  ): Promise<PolicyFailure | undefined> {
    const tasks: TaskSpec[] = workflow.plan(input);
    const catalog = await this.parts.catalog.get(tasks.map((task) => task.action));
    const { output, budget, policies, priority, models } = order.request;
    const house = houseRulesFor(this.parts.house, order.tenant);
    const decision = decidePlan({ tasks, input, output, budget, policies, priority, models, house }, catalog);
    if ('faults' in decision) {
      const [fault] = decision.faults;
      return { code: fault!.code, message: `${workflow.name}: ${fault!.detail}` };
    }
    await this.parts.store.commitPlan(order.id, decision.plan, {
      workflow: workflow.name,
      input,
      needsReview: workflow.review !== undefined,
    });
    return undefined;
  }

  private async fail(directiveId: string, { code, message }: PolicyFailure): Promise<void> {
    await this.parts.store.close(directiveId, 'FAILED', { code, message });
  }
}
