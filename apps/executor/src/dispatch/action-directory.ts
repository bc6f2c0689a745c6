import type { ActionRecord } from '#libs/contracts';
import type { ActionCatalog } from '#libs/state';

/** Action records as they were pinned by plans; a published version never changes, so a copy never goes stale. */
export class ActionDirectory {
  private readonly byVersion = new Map<string, ActionRecord>();
  private readonly latest = new Map<string, ActionRecord>();

  constructor(private readonly catalog: ActionCatalog) {}

  async pinned(action: string, version: string): Promise<ActionRecord | undefined> {
    const field = `${action}@${version}`;
    const known = this.byVersion.get(field) ?? (await this.catalog.get(action, version));
    if (known) this.remember(known);
    return known;
  }

  /** The version seen last: right for nearly every outcome, and the settle script says when it was not. */
  async seenLast(action: string): Promise<ActionRecord | undefined> {
    const known = this.latest.get(action) ?? (await this.catalog.get(action));
    if (known) this.remember(known);
    return known;
  }

  private remember(record: ActionRecord): void {
    this.byVersion.set(`${record.name}@${record.version}`, record);
    this.latest.set(record.name, record);
  }
}
