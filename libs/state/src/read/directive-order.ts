import type { DirectiveState, Json, SubmitDirective } from '#libs/contracts';
import type { Redis } from '#libs/redis';
import type { Keys } from '../keys.js';
import { parseCounts } from './counts.js';

/** The parts of a submission that rooms behind ingress need. */
export type DirectiveRequest = Pick<
  SubmitDirective,
  'input' | 'output' | 'workflow' | 'intent' | 'policies' | 'budget' | 'priority' | 'models'
>;

export interface DirectiveOrder {
  id: string;
  tenant: string;
  state: DirectiveState;
  request: DirectiveRequest;
  /** The workflow the decide room chose and its input; absent for an explicit task list and before the plan. */
  decided?: { workflow: string; input: Json };
  total: number;
  planHash: string;
  traceparent: string;
}

/** What was ordered, read by the rooms that act on it. */
export class DirectiveOrders {
  constructor(
    private readonly redis: Redis,
    private readonly keys: Keys,
  ) {}

  /** What the directive was accepted with; undefined when there is none. */
  async requestHash(id: string): Promise<string | undefined> {
    return (await this.redis.hget(this.keys.directive(id), 'requestHash')) ?? undefined;
  }

  async load(id: string): Promise<DirectiveOrder | undefined> {
    const [tenant, state, request, counts, planHash, traceparent, decided] = await this.redis.hmget(
      this.keys.directive(id),
      'tenant',
      'state',
      'request',
      'counts',
      'planHash',
      'traceparent',
      'decided',
    );
    if (!tenant || !state || !request) return undefined;
    return {
      id,
      tenant,
      state: state as DirectiveState,
      request: JSON.parse(request) as DirectiveRequest,
      total: parseCounts(counts).total,
      planHash: planHash ?? '',
      traceparent: traceparent ?? '',
      ...(decided ? { decided: JSON.parse(decided) as { workflow: string; input: Json } } : {}),
    };
  }
}
