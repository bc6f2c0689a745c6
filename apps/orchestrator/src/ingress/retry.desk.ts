import { CocError, type DirectiveView, type SubmitDirective } from '#libs/contracts';
import { respecifyTasks, type EarlierTask } from '#libs/policy';
import type { DirectiveOrders, RequestReader } from '#libs/state';
import type { CatalogSnapshot } from './catalog-snapshot.js';
import { requireFinal } from './require-final.js';

/** A request that was made before, and the tasks of its plan when it was a task list. */
export interface RepeatedRequest {
  body: SubmitDirective;
  earlier: EarlierTask[] | undefined;
}

/** Makes the request of a final directive again, without its `ref` and its start: both were its own. */
export class RetryDesk {
  constructor(
    private readonly orders: DirectiveOrders,
    private readonly requests: RequestReader,
    private readonly catalog: CatalogSnapshot,
  ) {}

  async requestOf({ id, state, kind, title, labels }: DirectiveView): Promise<RepeatedRequest> {
    requireFinal({ id, state }, 'tried again');
    const order = await this.orders.loadWhole(id);
    if (!order) throw new CocError('NOT_FOUND', `there is no directive ${id}`);
    const earlier = kind === 'tasks' ? await this.requests.tasks(id) : undefined;
    const body = { ...order.request, ...(title === null ? {} : { title }), labels };
    if (!earlier) return { body, earlier };
    const catalog = await this.catalog.get([...new Set(earlier.map(({ task }) => task.action))]);
    return { body: { ...body, tasks: respecifyTasks(earlier, catalog) }, earlier };
  }
}
