import { z } from 'zod';
import { Json } from './json.js';
import { limits } from './limits.js';
import { Rate } from './policies.js';
import { isActionName } from './queue-names.js';

export const effects = ['pure', 'keyed', 'once'] as const;
export const Effect = z.enum(effects);
export type Effect = z.infer<typeof Effect>;

export const RiskLevel = z.enum(['low', 'medium', 'high']);
export type RiskLevel = z.infer<typeof RiskLevel>;

export const ActionName = z
  .string()
  .refine(isActionName, 'an action is named service.role, in lower-case letters, digits and "-"');

/** A JSON Schema as plain data; compiled when it is used. */
export const JsonSchema = z.record(z.string(), Json);
export type JsonSchema = z.infer<typeof JsonSchema>;

/**
 * One version of one action in the catalog. `effect` defaults to `once`: never run again after it started.
 * `maxCostUsd` null means the action costs something but names no maximum; 0 means it is free.
 */
export const ActionRecord = z
  .strictObject({
    name: ActionName,
    version: z
      .string()
      .regex(/^[\w.+-]{1,64}$/)
      .default('1'),
    description: z.string().max(2_000).default(''),
    input: JsonSchema.default({}),
    output: JsonSchema.default({}),
    effect: Effect.default('once'),
    maxCostUsd: z
      .number()
      .min(0)
      .max(limits.maxMicroUsd / 1_000_000)
      .nullable()
      .default(0),
    maxTokens: z.number().int().min(0).max(1_000_000_000).default(0),
    timeoutMs: z.number().int().min(1).max(limits.maxTimeoutMs).default(120_000),
    risk: RiskLevel.default('low'),
    network: z.boolean().default(false),
    models: z.array(z.string().min(1).max(200)).max(100).default([]),
    /** How often a tenant may start it. No default: what was published before there were rates must stay as it was. */
    rate: Rate.optional(),
    /** Its workers fetch inputs over 32 KiB from the artifact store. Absent, not false, for the same reason. */
    claims: z.literal(true).optional(),
  })
  .meta({ id: 'ActionRecord' });
export type ActionRecord = z.infer<typeof ActionRecord>;
export type ActionDraft = z.input<typeof ActionRecord>;

export const ActionList = z.strictObject({ items: z.array(ActionRecord) }).meta({ id: 'ActionList' });
