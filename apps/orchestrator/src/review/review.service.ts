import { limits, type Fault, type Json, type Plan, type RoomMessage, type TaskSpec } from '#libs/contracts';
import { decidePlan, shiftPlan, houseRulesFor, type House } from '#libs/policy';
import type { QueueSender } from '#libs/queues';
import type { DirectiveOrder, DirectiveOrders, DirectiveStore, TaskOutputs } from '#libs/state';
import type { ReviewVerdict, TaskOutputsById } from '../decide/workflow.js';
import { unlessLost } from '../decide/whole-order.js';
import type { WorkflowLibrary } from '../decide/workflow.library.js';
import type { CatalogSnapshot } from '../ingress/catalog-snapshot.js';

export interface ReviewParts {
  orders: DirectiveOrders;
  outputs: TaskOutputs;
  store: DirectiveStore;
  catalog: CatalogSnapshot;
  workflows: WorkflowLibrary;
  sender: QueueSender;
  house: House;
}

/** Bytes of JSON of all outputs that a review gets: as many as this process gives out at `GET …/output`. */
const maxReviewedBytes = limits.maxArtifactBytes;

/** Looks at what a workflow produced: accepts it, rejects it, or extends the plan. */
export class ReviewService {
  constructor(private readonly parts: ReviewParts) {}

  async review({ directiveId }: RoomMessage): Promise<void> {
    const order = await this.parts.orders.load(directiveId);
    if (order?.state !== 'RUNNING' && order?.state !== 'DEGRADED') return;
    const judged = await unlessLost(async () => ({ verdict: await this.judge(order) }));
    if ('lost' in judged) return this.fail(directiveId, judged.lost);
    const { verdict } = judged;
    if (verdict.verdict === 'extend') return this.extend(order, verdict);
    const error = verdict.verdict === 'reject' ? { code: 'REVIEW_REJECTED', message: verdict.reason } : undefined;
    await this.parts.store.close(directiveId, error ? 'FAILED' : 'COMPLETED', error, {
      verdict: verdict.verdict,
      reason: verdict.reason,
    });
  }

  private async judge(order: DirectiveOrder): Promise<ReviewVerdict> {
    const workflow = order.decided && this.parts.workflows.get(order.decided.workflow);
    if (!order.decided || !workflow?.review) return { verdict: 'accept', reason: 'the workflow has no review' };
    const { decided } = (await this.parts.orders.loadWhole(order.id)) ?? order;
    return workflow.review(decided!.input, await this.loadOutputs(order));
  }

  private async fail(directiveId: string, error: { code: string; message: string }): Promise<void> {
    await this.parts.store.close(directiveId, 'FAILED', error);
  }

  private async loadOutputs(order: DirectiveOrder): Promise<TaskOutputsById> {
    const outputs: [string, Json][] = await this.parts.outputs.byTaskId(order.id, order.total, maxReviewedBytes);
    return Object.fromEntries(outputs);
  }

  private async extend(order: DirectiveOrder, verdict: ReviewVerdict & { verdict: 'extend' }): Promise<void> {
    const planned = await this.planExtension(order, verdict.tasks);
    if ('code' in planned) {
      const message = `the review's extension: ${planned.detail}`;
      await this.parts.store.close(order.id, 'FAILED', { code: planned.code, message });
      return;
    }
    await this.parts.store.extendPlan(order.id, planned, order.total);
    const { id: directiveId, tenant, traceparent } = order;
    await this.parts.sender.sendRoom('execute', { tenant, directiveId, traceparent });
  }

  private async planExtension(order: DirectiveOrder, tasks: TaskSpec[]): Promise<Plan | Fault> {
    const { policies, budget, priority, models } = order.request;
    if (order.total + tasks.length > limits.maxTasks) {
      const detail = `${tasks.length} tasks would bring the plan from ${order.total} to over ${limits.maxTasks}`;
      return { code: 'PLAN_TOO_LARGE', pointer: '', detail };
    }
    const catalog = await this.parts.catalog.get(tasks.map((task) => task.action));
    const house = houseRulesFor(this.parts.house, order.tenant);
    const decision = decidePlan({ tasks, policies, budget, priority, models, house }, catalog);
    return 'plan' in decision ? shiftPlan(decision.plan, order.total, order.planHash) : decision.faults[0]!;
  }
}
