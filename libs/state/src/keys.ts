import { globalRoot, shardOfDirective, shardRoot, tenantRoot } from '#libs/contracts';

/** Every Redis key of the record. scripts/includes/keys.lua is its twin for Lua; a test holds the two together. */
export class Keys {
  constructor(private readonly keyPrefix: string) {}

  root(shard: number): string {
    return shardRoot(this.keyPrefix, shard);
  }

  rootOf(directiveId: string): string {
    const shard = shardOfDirective(directiveId);
    if (shard === undefined) throw new RangeError(`not a directive id: ${directiveId}`);
    return this.root(shard);
  }

  directive = (id: string): string => `${this.rootOf(id)}:d:${id}`;
  plan = (id: string): string => `${this.directive(id)}:plan`;
  tasks = (id: string): string => `${this.directive(id)}:tasks`;
  events = (id: string): string => `${this.directive(id)}:events`;
  /** Its children, by when they were accepted. */
  children = (id: string): string => `${this.directive(id)}:children`;
  artifacts = (id: string): string => `${this.directive(id)}:artifacts`;
  /** The newest first. */
  checkpoints = (id: string): string => `${this.directive(id)}:checkpoints`;
  logs = (id: string, attemptKey: string): string => `${this.directive(id)}:logs:${attemptKey}`;

  /** Tenants that have directives in the shard, by the time of the last one. */
  tenants = (shard: number): string => `${this.root(shard)}:tenants`;
  /** Directives that are being removed. */
  retiring = (shard: number): string => `${this.root(shard)}:retiring`;
  /** Directives whose large values are being stored before they are accepted, by when that began. */
  uploads = (shard: number): string => `${this.root(shard)}:uploads`;
  index = (shard: number, tenant: string): string => `${this.root(shard)}:index:${tenant}`;
  shardEvents = (shard: number): string => `${this.root(shard)}:events`;
  /** Some executor at work on the shard. */
  executor = (shard: number): string => `${this.root(shard)}:executor`;
  recorded = (shard: number): string => `${this.root(shard)}:recorded`;
  control = (shard: number): string => `${this.root(shard)}:control`;
  outbox = (shard: number): string => `${this.root(shard)}:outbox`;
  timers = (shard: number): string => `${this.root(shard)}:timers`;
  cascade = (shard: number): string => `${this.root(shard)}:cascade`;
  expand = (shard: number): string => `${this.root(shard)}:expand`;
  closing = (shard: number): string => `${this.root(shard)}:closing`;
  /** Directives that lack a worker, or the model that a task was to run on. */
  degraded = (shard: number): string => `${this.root(shard)}:degraded`;
  /** Directives that ended without success and whose children are still to be told. */
  orphaning = (shard: number): string => `${this.root(shard)}:orphaning`;
  discard = (shard: number): string => `${this.root(shard)}:discard`;
  aside = (shard: number): string => `${this.root(shard)}:aside`;
  queues = (shard: number): string => `${this.root(shard)}:queues`;
  /** Tasks of a tenant that wait for a human, by the time they began to. */
  holds = (shard: number, tenant: string): string => `${this.root(shard)}:holds:${tenant}`;
  /** What a tenant's humans allowed for a while, by queue. */
  grants = (shard: number, tenant: string): string => `${this.root(shard)}:grants:${tenant}`;
  /** What the home slots of tenants are still to be told. */
  permits = (shard: number): string => `${this.root(shard)}:permits`;
  /** Windows of the queues in which tasks stand in line. */
  windows = (shard: number): string => `${this.root(shard)}:windows`;
  ready = (shard: number, queue: string): string => `${this.root(shard)}:ready:${queue}`;
  inflight = (shard: number, queue: string): string => `${this.root(shard)}:inflight:${queue}`;

  /** What at a home slot may be held, as `<kind>:<key>`. */
  places = (tenant: string): string => `${this.tenant(tenant)}:places`;
  holders = (tenant: string, kind: string, key: string): string => `${this.tenant(tenant)}:holders:${kind}:${key}`;
  spent = (tenant: string, day: number): string => `${this.tenant(tenant)}:spent:day:${day}`;
  tenant = (tenant: string): string => tenantRoot(this.keyPrefix, tenant);
  ref = (tenant: string, ref: string): string => `${tenantRoot(this.keyPrefix, tenant)}:ref:${ref}`;
  /** Its webhooks. */
  hooks = (tenant: string): string => `${this.tenant(tenant)}:hooks`;
  /** How a webhook fares. */
  hookState = (tenant: string, hookId: string): string => `${this.tenant(tenant)}:hookstate:${hookId}`;
  /** The last tries to deliver to a webhook. */
  hookLog = (tenant: string, hookId: string): string => `${this.tenant(tenant)}:hooklog:${hookId}`;
  /** How far the shard's events were filed for webhooks. */
  hooked = (shard: number): string => `${this.root(shard)}:hooked`;
  hookReader = (): string => `${globalRoot(this.keyPrefix)}:hookreader`;
  installation = (): string => `${globalRoot(this.keyPrefix)}:installation`;
  identity = (): string => `${globalRoot(this.keyPrefix)}:identity`;
  cursorKey = (): string => `${globalRoot(this.keyPrefix)}:cursor-key`;
  recorder = (): string => `${globalRoot(this.keyPrefix)}:recorder`;
  catalog = (): string => `${globalRoot(this.keyPrefix)}:actions`;
  /** API keys of all tenants, without their secrets. */
  apiKeys = (): string => `${globalRoot(this.keyPrefix)}:keys`;
  apiKeysOf = (tenant: string): string => `${globalRoot(this.keyPrefix)}:keys:of:${tenant}`;
  global = (): string => globalRoot(this.keyPrefix);
}
