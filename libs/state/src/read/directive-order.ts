import type { DirectiveState, Json, PayloadClaim, SubmitDirective } from '#libs/contracts';
import type { Redis } from '#libs/redis';
import type { Keys } from '../keys.js';
import { readField, type ClaimedFields } from '../payloads/claimed-fields.js';
import type { PayloadStore } from '../payloads/payload-store.js';
import { parseCounts } from './counts.js';

/** The parts of a submission that rooms behind ingress need. */
export type DirectiveRequest = Pick<
  SubmitDirective,
  'input' | 'output' | 'workflow' | 'intent' | 'policies' | 'budget' | 'priority' | 'models' | 'ttlMs' | 'webhooks'
>;

interface Decided {
  workflow: string;
  input: Json;
}

export interface DirectiveOrder {
  id: string;
  tenant: string;
  state: DirectiveState;
  /** For its start: nothing is to be decided yet. */
  isWaiting: boolean;
  request: DirectiveRequest;
  /** The workflow the decide room chose and its input; absent for an explicit task list and before the plan. */
  decided?: Decided;
  total: number;
  planHash: string;
  traceparent: string;
}

/** What was ordered, read by the rooms that act on it. */
export class DirectiveOrders {
  constructor(
    private readonly redis: Redis,
    private readonly keys: Keys,
    private readonly payloads: PayloadStore,
  ) {}

  /** What the directive was accepted with; undefined when there is none. */
  async requestHash(id: string): Promise<string | undefined> {
    return (await this.redis.hget(this.keys.directive(id), 'requestHash')) ?? undefined;
  }

  /** With what of it lies in the artifact store. Throws ARTIFACT_MISSING, ARTIFACT_CORRUPT or ARTIFACT_STORE_UNAVAILABLE. */
  async loadWhole(id: string): Promise<DirectiveOrder | undefined> {
    const order = await this.load(id);
    if (!order) return undefined;
    const decided = order.decided && { decided: await this.fill(id, order.decided) };
    return { ...order, request: await this.fill(id, order.request), ...decided };
  }

  /** As it stands in the record: without an input or an output template over 32 KiB. */
  async load(id: string): Promise<DirectiveOrder | undefined> {
    const [tenant, state, request, counts, planHash, traceparent, decided, start] = await this.redis.hmget(
      this.keys.directive(id),
      'tenant',
      'state',
      'request',
      'counts',
      'planHash',
      'traceparent',
      'decided',
      'start',
    );
    if (!tenant || !state || !request) return undefined;
    return {
      id,
      tenant,
      state: state as DirectiveState,
      isWaiting: start !== null && start !== undefined,
      request: JSON.parse(request) as DirectiveRequest,
      total: parseCounts(counts).total,
      planHash: planHash ?? '',
      traceparent: traceparent ?? '',
      ...(decided ? { decided: JSON.parse(decided) as Decided } : {}),
    };
  }

  private async fill<Part extends DirectiveRequest | Decided>(id: string, record: Part): Promise<Part> {
    const { claims, ...filled }: ClaimedFields = record;
    if (!claims) return record;
    const load = async (claim: PayloadClaim): Promise<Json> => this.payloads.load(id, claim);
    if (claims.input) filled.input = await readField(record, 'input', load);
    if (claims.output) filled.output = await readField(record, 'output', load);
    return filled as Part;
  }
}
