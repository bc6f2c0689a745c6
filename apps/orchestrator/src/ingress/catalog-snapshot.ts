import type { ActionRecord } from '#libs/contracts';
import { catalogLookup, SchemaValidator, type CatalogLookup } from '#libs/policy';
import type { ActionCatalog } from '#libs/state';

const freshMs = 500;

/** The catalog as plans are made against it. A copy is at most half a second old, and is read anew before an action is called unknown. */
export class CatalogSnapshot {
  private readonly validator = new SchemaValidator();
  private lookup: CatalogLookup = catalogLookup([], this.validator);
  private loadedAt = 0;

  constructor(private readonly catalog: ActionCatalog) {}

  async get(actions: readonly string[]): Promise<CatalogLookup> {
    const isStale = performance.now() - this.loadedAt > freshMs;
    if (isStale || actions.some((name) => this.lookup.get(name) === undefined)) await this.load();
    return this.lookup;
  }

  private async load(): Promise<void> {
    const records: ActionRecord[] = await this.catalog.list();
    this.lookup = catalogLookup(records, this.validator);
    this.loadedAt = performance.now();
  }
}
