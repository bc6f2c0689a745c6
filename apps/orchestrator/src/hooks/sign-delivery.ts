import { createHmac, randomBytes } from 'node:crypto';

const prefix = 'whsec_';

export function newSecret(): string {
  return `${prefix}${randomBytes(32).toString('base64')}`;
}

export interface Signed {
  id: string;
  /** Seconds since 1970, of this try. */
  timestamp: number;
  body: string;
}

/** The headers of Standard Webhooks: https://www.standardwebhooks.com */
export function signatureHeaders(secret: string, { id, timestamp, body }: Signed): Record<string, string> {
  const key = Buffer.from(secret.slice(prefix.length), 'base64');
  const signature = createHmac('sha256', key).update(`${id}.${timestamp}.${body}`).digest('base64');
  return { 'webhook-id': id, 'webhook-timestamp': String(timestamp), 'webhook-signature': `v1,${signature}` };
}
