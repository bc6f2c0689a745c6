import { z } from 'zod';
import { ActionName, Rate } from '#libs/contracts';

const names = z.array(z.string().min(1).max(200)).max(100);
const rates = z.record(ActionName, Rate);

const TenantRules = z.strictObject({
  models: names.optional(),
  rates: rates.optional(),
  maxConcurrentDirectives: z.number().int().min(0).max(1_000_000).optional(),
  maxCostUsdPerDay: z.number().min(0).max(1_000_000).optional(),
});

/** `COC_TENANTS`: a JSON object of rules by tenant; `*` is for each that is not named. */
export const tenantRules = z
  .string()
  .default('')
  .transform((text, context): unknown => {
    try {
      return text === '' ? {} : JSON.parse(text);
    } catch {
      context.issues.push({ code: 'custom', message: 'not JSON', input: '' });
      return z.NEVER;
    }
  })
  .pipe(z.record(z.string().regex(/^(\*|[a-z0-9][a-z0-9_-]{0,62})$/), TenantRules));
