import { randomUUID } from 'node:crypto';
import { ulid } from 'ulid';
import {
  CocError,
  limits,
  parseDeliveryId,
  schemaVersion,
  type CreateWebhook,
  type DeliveryTry,
  type DirectiveWebhook,
  type WebhookCreated,
  type WebhookView,
} from '#libs/contracts';
import type { QueueSender } from '#libs/queues';
import type { Hook, HookLog, HookRegister } from '#libs/state';
import type { HookAddress } from './hook-address.js';
import { newSecret } from './sign-delivery.js';

export interface HookDeskParts {
  register: HookRegister;
  log: HookLog;
  address: HookAddress;
  sender: QueueSender;
  tries: number;
  /** With more in the queue nothing is sent again. */
  maxWaiting: number;
}

/** What is asked about webhooks: to have them, to see them, to see what was delivered, to deliver again. */
export class HookDesk {
  constructor(private readonly parts: HookDeskParts) {}

  /** Throws WEBHOOK_REFUSED or WEBHOOKS_TOO_MANY. */
  async create(tenant: string, { url, events, description }: CreateWebhook): Promise<WebhookCreated> {
    await this.check(url, '/url');
    const secret = newSecret();
    const hook = await this.parts.register.create(tenant, {
      id: `wh_${ulid()}`,
      url,
      events,
      description,
      secret,
    });
    if (!hook) throw new CocError('WEBHOOKS_TOO_MANY', `there are ${limits.maxWebhooks} already; delete one`);
    return { ...viewOf(hook), secret };
  }

  /** Before a directive that brings some is accepted. Throws WEBHOOK_REFUSED. */
  async expect(tenant: string, hooks: readonly DirectiveWebhook[] = []): Promise<void> {
    if (hooks.length === 0) return;
    await Promise.all(hooks.map(async ({ url }, at) => this.check(url, `/webhooks/${at}/url`)));
    await this.parts.register.expectOfDirectives(tenant);
  }

  async list(tenant: string): Promise<WebhookView[]> {
    return (await this.parts.register.ofTenant(tenant)).hooks.map(viewOf);
  }

  /** Throws NOT_FOUND, as all that follow. */
  async get(tenant: string, id: string): Promise<WebhookView> {
    return viewOf(await this.find(tenant, id));
  }

  async delete(tenant: string, id: string): Promise<void> {
    if (!(await this.parts.register.delete(tenant, id))) throw missing(id);
  }

  async deliveries(tenant: string, id: string): Promise<DeliveryTry[]> {
    await this.find(tenant, id);
    return this.parts.log.list(tenant, id);
  }

  /** Under the same `webhook-id` as before, for that is what a receiver goes by. */
  async resend(tenant: string, id: string, deliveryId: string): Promise<{ deliveryId: string }> {
    const tries = await this.deliveries(tenant, id);
    const earlier = tries.find((one) => one.deliveryId === deliveryId);
    const parts = parseDeliveryId(deliveryId);
    if (!earlier || !parts) throw new CocError('NOT_FOUND', `there is no delivery ${deliveryId} in its log`);
    if ((await this.parts.sender.countDeliveries()) > this.parts.maxWaiting) throw crowded();
    const message = { schemaVersion, tenant, ...parts, type: earlier.type };
    const jobId = `${deliveryId}.${randomUUID()}`;
    await this.parts.sender.sendDeliveries([{ jobId, message, tries: this.parts.tries }]);
    return { deliveryId };
  }

  private async check(url: string, pointer: string): Promise<void> {
    try {
      await this.parts.address.check(url);
    } catch (error) {
      if (!(error instanceof CocError)) throw error;
      throw new CocError(error.code, error.detail, [{ pointer, code: error.code, detail: error.detail }]);
    }
  }

  private async find(tenant: string, id: string): Promise<Hook> {
    const hook = await this.parts.register.find(tenant, id);
    if (!hook) throw missing(id);
    return hook;
  }
}

function crowded(): CocError {
  const hint = { retryAfterMs: 60_000 };
  return new CocError('RATE_LIMITED', 'too many deliveries wait already; ask again later', [], hint);
}

function missing(id: string): CocError {
  return new CocError('NOT_FOUND', `there is no webhook ${id}`);
}

function viewOf({ id, url, events, description, createdAt, failingSince, disabledAt }: Hook): WebhookView {
  const when = (ms: number | undefined): string | null => (ms === undefined ? null : new Date(ms).toISOString());
  return {
    id,
    url,
    events: events ?? null,
    description: description ?? null,
    createdAt: new Date(createdAt).toISOString(),
    failingSince: when(failingSince),
    disabledAt: when(disabledAt),
  };
}
