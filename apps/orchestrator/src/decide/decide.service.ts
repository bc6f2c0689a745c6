import { type Json, type RoomMessage, type TaskSpec } from '#libs/contracts';
import { decidePlan, houseRulesFor, type House } from '#libs/policy';
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

interface Failure {
  code: string;
  message: string;
}

/** Turns an intent or a workflow's name into a plan, or ends the directive with the reason why there is none. */
export class DecideService {
  constructor(private readonly parts: DecideParts) {}

  async decide({ directiveId, traceparent }: RoomMessage): Promise<void> {
    const order = await this.parts.orders.load(directiveId);
    if (order?.state !== 'PENDING' || order.isWaiting) return;
    const whole = await loadWhole(this.parts.orders, directiveId);
    if ('lost' in whole) return this.fail(directiveId, whole.lost);
    const chosen = this.choose(whole.order);
    if ('code' in chosen) return this.fail(directiveId, chosen);
    const failure = await this.commit(whole.order, chosen);
    if (failure) return this.fail(directiveId, failure);
    await this.parts.sender.sendRoom('execute', { tenant: order.tenant, directiveId, traceparent });
  }

  private choose({ request }: DirectiveOrder): { workflow: Workflow; input: Json } | Failure {
    const name = request.workflow ?? this.nameFor(request.intent ?? '');
    if (typeof name !== 'string') return name;
    const workflow = this.parts.workflows.get(name);
    if (!workflow) return { code: 'WORKFLOW_UNKNOWN', message: `the workflow "${name}" is no longer known` };
    const input = request.input ?? (request.intent === undefined ? {} : workflow.inputFromIntent(request.intent));
    const parsed = workflow.input.safeParse(input);
    if (!parsed.success) {
      const [issue] = parsed.error.issues;
      const field = issue?.path.length ? `/${issue.path.join('/')}` : 'its input';
      return {
        code: 'INPUT_INVALID',
        message: `${name} needs more than the directive gives: ${field}: ${issue?.message}`,
      };
    }
    return { workflow, input: parsed.data };
  }

  private nameFor(intent: string): string | Failure {
    const choice = this.parts.workflows.chooseFor(intent);
    return 'name' in choice ? choice.name : choice.failure;
  }

  private async commit(
    order: DirectiveOrder,
    { workflow, input }: { workflow: Workflow; input: Json },
  ): Promise<Failure | undefined> {
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

  private async fail(directiveId: string, { code, message }: Failure): Promise<void> {
    await this.parts.store.close(directiveId, 'FAILED', { code, message });
  }
}
