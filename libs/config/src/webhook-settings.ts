import { z } from 'zod';

const dayMs = 24 * 3_600_000;

const whole = (fallback: number, min: number, max: number) =>
  z.coerce.number().int().min(min).max(max).default(fallback);

export const webhookVariables = {
  COC_WEBHOOK_RETRIES_MS: z
    .string()
    .regex(/^\d{1,9}(,\d{1,9}){0,19}$/, 'is 1 to 20 whole numbers with commas in between')
    .default('5000,60000,300000,1800000,7200000,21600000,50400000')
    .describe('How long after each failed try to deliver to a webhook the next one comes, in ms; 8 tries in 22 h.'),
  COC_WEBHOOK_TIMEOUT_MS: whole(10_000, 100, 60_000).describe('How long the receiver of a webhook has for its answer.'),
  COC_WEBHOOK_DISABLE_AFTER_MS: whole(5 * dayMs, 1_000, 90 * dayMs).describe(
    'A webhook to which nothing could be delivered for so long is disabled.',
  ),
  COC_WEBHOOK_MAX_WAITING: whole(50_000, 1, 10_000_000).describe(
    'With more deliveries waiting than this, webhooks that fail get no further ones, with twice as many none does: each takes about 1 KB of Redis.',
  ),
  COC_WEBHOOK_ALLOW_PRIVATE: z
    .string()
    .default('')
    .describe('Hosts, with commas in between, that webhooks may go to at any address and over http: for development.'),
};

type Raw = { [Name in keyof typeof webhookVariables]: z.output<(typeof webhookVariables)[Name]> };

export interface WebhookSettings {
  retriesMs: readonly number[];
  timeoutMs: number;
  disableAfterMs: number;
  maxWaiting: number;
  allowPrivate: readonly string[];
}

export function webhookSettings(raw: Raw): WebhookSettings {
  const hosts = raw.COC_WEBHOOK_ALLOW_PRIVATE.split(',').map((host) => host.trim().toLowerCase());
  return {
    retriesMs: raw.COC_WEBHOOK_RETRIES_MS.split(',').map(Number),
    timeoutMs: raw.COC_WEBHOOK_TIMEOUT_MS,
    disableAfterMs: raw.COC_WEBHOOK_DISABLE_AFTER_MS,
    maxWaiting: raw.COC_WEBHOOK_MAX_WAITING,
    allowPrivate: hosts.filter((host) => host !== ''),
  };
}
