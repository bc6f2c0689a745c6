import { z } from 'zod';
import { Effect } from './action.js';

const riskEstimate = z.strictObject({
  /** 0 to 100. */
  score: z.number().int(),
  factors: z.array(z.strictObject({ factor: z.string(), points: z.number(), detail: z.string() })),
});

/** `needed`: it would wait for a human before it starts. `open`: its input is known at dispatch only, and decides then. */
const ApprovalForecast = z.enum(['none', 'needed', 'open']);

const DryTask = z.strictObject({
  id: z.string(),
  index: z.number().int(),
  action: z.string(),
  actionVersion: z.string(),
  effect: Effect,
  dependsOn: z.array(z.string()),
  /** In order of preference. */
  models: z.array(z.string()),
  maxAttempts: z.number().int(),
  timeoutMs: z.number().int(),
  /** Into how many tasks it spreads: 1 without `forEach`, null when its list is known at dispatch only. */
  spread: z.number().int().nullable(),
  /** Of one attempt of one task. */
  maxCostUsd: z.number(),
  maxTokens: z.number().int(),
  /** null when its input is known at dispatch only. */
  risk: riskEstimate.nullable(),
  approval: ApprovalForecast,
  approvalReasons: z.array(z.string()),
});

const CostEstimate = z.strictObject({
  /** When each task needs one attempt and uses its maximum. */
  onceUsd: z.number(),
  /** When each task uses all its attempts. */
  mostUsd: z.number(),
  onceTokens: z.number().int(),
  mostTokens: z.number().int(),
  /** A list that is known at dispatch only is counted with its `maxItems`. */
  hasOpenLists: z.boolean(),
  /** Whether one attempt of each fits into the directive's budget; null when it names none. */
  fitsBudget: z.boolean().nullable(),
});

/** What would be decided for a directive, were it submitted now. Nothing of it is stored. */
export const DryPlan = z
  .strictObject({
    kind: z.enum(['tasks', 'workflow', 'intent']),
    /** The one that plans it, also where an intent chose it. */
    workflow: z.string().nullable(),
    /** Whether its result is reviewed before it ends. */
    needsReview: z.boolean(),
    /** The same as that of the directive, as long as catalog and rules stay the same. */
    planHash: z.string(),
    edges: z.number().int(),
    cost: CostEstimate,
    risk: z.strictObject({
      /** The highest of the tasks whose input is known; null when none is. */
      highest: z.number().int().nullable(),
      /** How many tasks would wait for a human. */
      needed: z.number().int(),
      open: z.number().int(),
    }),
    tasks: z.array(DryTask),
  })
  .meta({ id: 'DryPlan' });
export type DryPlan = z.infer<typeof DryPlan>;
