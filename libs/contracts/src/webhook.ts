import { z } from 'zod';
import { EventType } from './event.js';
import { limits } from './limits.js';

const WebhookUrl = z.string().min(1).max(2_000).describe('https, without name and password; docs/webhooks.md');
const EventTypes = z.array(EventType).min(1).max(100).describe('only events of these types; without it, of all');

const base64 = (least: number, most: number) => `(?:[A-Za-z0-9+/]{4}){${least},${most}}`;
const endOfTwo = '[A-Za-z0-9+/]{2}==';
const endOfThree = '[A-Za-z0-9+/]{3}=';

/** Standard Webhooks: 24 to 64 bytes in base64. */
const secretPattern = new RegExp(
  `^whsec_(?:${base64(8, 20)}(?:${endOfTwo}|${endOfThree})?|${base64(21, 21)}(?:${endOfTwo})?)$`,
);
const WebhookSecret = z.string().regex(secretPattern, 'is "whsec_" and 24 to 64 bytes in base64');

/** A webhook of one directive, named with its submit: who submits it brings the secret. */
export const DirectiveWebhook = z
  .strictObject({ url: WebhookUrl, events: EventTypes.optional(), secret: WebhookSecret })
  .meta({ id: 'DirectiveWebhook' });
export type DirectiveWebhook = z.infer<typeof DirectiveWebhook>;

export const DirectiveWebhooks = z.array(DirectiveWebhook).min(1).max(limits.maxDirectiveWebhooks);

export const CreateWebhook = z
  .strictObject({ url: WebhookUrl, events: EventTypes.optional(), description: z.string().max(500).optional() })
  .meta({ id: 'CreateWebhook' });
export type CreateWebhook = z.infer<typeof CreateWebhook>;

const view = {
  id: z.string(),
  url: z.string(),
  events: z.array(EventType).nullable(),
  description: z.string().nullable(),
  createdAt: z.iso.datetime(),
  /** Since when nothing could be delivered; null when the last delivery went through. */
  failingSince: z.iso.datetime().nullable(),
  disabledAt: z.iso.datetime().nullable(),
};

export const WebhookView = z.strictObject(view).meta({ id: 'Webhook' });
export type WebhookView = z.infer<typeof WebhookView>;

/** `secret` is in this answer and in no other. */
export const WebhookCreated = z.strictObject({ ...view, secret: z.string() }).meta({ id: 'WebhookCreated' });
export type WebhookCreated = z.infer<typeof WebhookCreated>;

export const WebhookList = z.strictObject({ items: z.array(WebhookView) }).meta({ id: 'WebhookList' });

/** One try to deliver an event. */
export const DeliveryTry = z
  .strictObject({
    deliveryId: z.string(),
    type: z.string(),
    try: z.number().int().positive(),
    at: z.iso.datetime(),
    durationMs: z.number().int().min(0),
    outcome: z.enum(['delivered', 'retrying', 'failed', 'dropped']),
    /** Of the receiver's answer; null without one. */
    status: z.number().int().nullable(),
    error: z.string().nullable(),
  })
  .meta({ id: 'DeliveryTry' });
export type DeliveryTry = z.infer<typeof DeliveryTry>;

export const DeliveryList = z.strictObject({ items: z.array(DeliveryTry) }).meta({ id: 'DeliveryList' });
export const DeliveryFiled = z.strictObject({ deliveryId: z.string() }).meta({ id: 'DeliveryFiled' });

/** What lies in the queue of deliveries: which event goes where. The event itself is read when it is posted. */
export const DeliveryMessage = z.strictObject({
  schemaVersion: z.number().int(),
  tenant: z.string(),
  hookId: z.string(),
  directiveId: z.string(),
  seq: z.number().int().positive(),
  type: z.string(),
});
export type DeliveryMessage = z.infer<typeof DeliveryMessage>;

/** The same for every try, so that a receiver knows what it has had already. */
export function deliveryIdOf({ hookId, directiveId, seq }: Omit<DeliveryMessage, 'schemaVersion'>): string {
  return `${hookId}.${directiveId}.${seq}`;
}

/** What a delivery id says; undefined for a text that is none. */
export function parseDeliveryId(id: string): Pick<DeliveryMessage, 'hookId' | 'directiveId' | 'seq'> | undefined {
  const match = /^(.{1,200})\.([^.]{1,100})\.([1-9]\d{0,14})$/.exec(id);
  return match ? { hookId: match[1]!, directiveId: match[2]!, seq: Number(match[3]) } : undefined;
}
