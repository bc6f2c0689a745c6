import type { Rate } from '#libs/contracts';

/** What the operator lets one tenant do; the tenant `*` stands for each that is not named. */
export interface TenantRules {
  /** No other model; all that the installation has without it. */
  models?: readonly string[] | undefined;
  /** How often an action may start, by its name; beside the action's own rate. */
  rates?: Readonly<Record<string, Rate>> | undefined;
  /** Directives with work in flight at once; 0: any number. */
  maxConcurrentDirectives?: number | undefined;
  maxCostUsdPerDay?: number | undefined;
}

/** The rules of the installation: a directive can ask for less, never for more. */
export interface House {
  /** Empty: every model. */
  models: readonly string[];
  /** What the policy `auto` would hold runs without a word. */
  allowHighRisk: boolean;
  maxConcurrentDirectives: number;
  tenants: Readonly<Record<string, TenantRules>>;
}

/** The house's rules for the directives of one tenant. */
export interface HouseRules extends TenantRules {
  /** Lists of which a model must be in each; an empty one allows all. */
  modelLists: readonly (readonly string[])[];
  allowHighRisk: boolean;
  maxConcurrentDirectives: number;
}

export function houseRulesFor(house: House, tenant: string): HouseRules {
  const { tenants, allowHighRisk } = house;
  const rules = Object.hasOwn(tenants, tenant) ? tenants[tenant]! : (tenants['*'] ?? {});
  const { maxConcurrentDirectives = house.maxConcurrentDirectives } = rules;
  return { ...rules, modelLists: [house.models, rules.models ?? []], allowHighRisk, maxConcurrentDirectives };
}
