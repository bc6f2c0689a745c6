import { deliveryIdOf, schemaVersion } from '#libs/contracts';
import type { DeliveryJob, QueueSender } from '#libs/queues';
import { happenedAtMs, type EventPointer, type Hook, type HookLog, type HookRegister } from '#libs/state';
import { entryOf } from './delivery.service.js';

const mostBare = 10_000;
const mostAtOnce = 1_000;

interface Filed {
  job: DeliveryJob;
  isFailing: boolean;
}

export interface FilerParts {
  register: HookRegister;
  log: HookLog;
  sender: QueueSender;
  /** How often a delivery is tried, at most. */
  tries: number;
  /**
   * With more in the queue, a webhook that fails gets no more into it, and with twice as many none does: else receivers that are dead, or
   * that take ten seconds for each, fill Redis.
   */
  maxWaiting: number;
}

/** Makes a job of each event for each webhook that wants it. The same events filed again are the same jobs. */
export class HookFiler {
  /** Directives of which it is known that they brought no webhooks. */
  private readonly bare = new Set<string>();

  constructor(private readonly parts: FilerParts) {}

  async file(pointers: readonly EventPointer[]): Promise<void> {
    const filed: Filed[] = [];
    for (const [tenant, list] of Map.groupBy(pointers, (pointer) => pointer.tenant))
      for (const one of await this.ofTenant(tenant, list)) filed.push(one);
    const { sender, maxWaiting } = this.parts;
    const waiting = filed.length > 0 ? await sender.countDeliveries() : 0;
    const isLeftOut = ({ isFailing }: Filed): boolean =>
      waiting > 2 * maxWaiting || (isFailing && waiting > maxWaiting);
    const { out = [], taken = [] } = Object.groupBy(filed, (one) => (isLeftOut(one) ? 'out' : 'taken'));
    const jobs = taken.map(({ job }) => job);
    for (let from = 0; from < jobs.length; from += mostAtOnce)
      await sender.sendDeliveries(jobs.slice(from, from + mostAtOnce));
    for (const one of out) await this.drop(one);
  }

  private async ofTenant(tenant: string, pointers: readonly EventPointer[]): Promise<Filed[]> {
    const { hooks, areOfDirectives } = await this.parts.register.ofTenant(tenant);
    const filed = pointers.flatMap((pointer) => this.jobs(pointer, hooks));
    if (!areOfDirectives) return filed;
    for (const [directiveId, list] of Map.groupBy(pointers, (pointer) => pointer.directiveId)) {
      const brought = await this.ofDirective(tenant, directiveId);
      filed.push(...list.flatMap((pointer) => this.jobs(pointer, brought)));
    }
    return filed;
  }

  private async ofDirective(tenant: string, directiveId: string): Promise<Hook[]> {
    if (this.bare.has(directiveId)) return [];
    const hooks = await this.parts.register.ofDirective(tenant, directiveId);
    if (this.bare.size >= mostBare) this.bare.clear();
    if (hooks.length === 0) this.bare.add(directiveId);
    return hooks;
  }

  private jobs(pointer: EventPointer, hooks: readonly Hook[]): Filed[] {
    return hooks
      .filter((hook) => wants(hook, pointer))
      .map((hook) => ({ job: this.job(pointer, hook), isFailing: hook.failingSince !== undefined }));
  }

  private job({ tenant, directiveId, seq, type }: EventPointer, { id: hookId }: Hook): DeliveryJob {
    const message = { schemaVersion, tenant, hookId, directiveId, seq, type };
    return { jobId: deliveryIdOf(message), message, tries: this.parts.tries };
  }

  private async drop({ job: { message }, isFailing }: Filed): Promise<void> {
    const error = `${isFailing ? 'the webhook fails, and ' : ''}too many deliveries wait already`;
    const entry = entryOf(message, { try: 1, durationMs: 0, outcome: 'dropped', status: null, error });
    await this.parts.log.add(message.tenant, message.hookId, entry);
  }
}

function wants({ events, createdAt, disabledAt }: Hook, pointer: EventPointer): boolean {
  if (disabledAt !== undefined || happenedAtMs(pointer) < createdAt) return false;
  return events === undefined || events.includes(pointer.type);
}
