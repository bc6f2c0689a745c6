import { finalDirectiveStates, type DirectiveState } from '#libs/contracts';
import type { Redis } from '#libs/redis';

const finalTypes = new Set(finalDirectiveStates.map((state: DirectiveState) => `directive.${state.toLowerCase()}`));

/** Hears from the shard's event stream that a directive is final, as BullMQ's QueueEvents tells the baseline. */
export class CompletionWatch {
  private readonly waiting = new Map<string, () => void>();
  private readonly early = new Set<string>();

  constructor(
    private readonly blocking: Redis,
    private readonly stream: string,
  ) {}

  async start(): Promise<void> {
    await this.blocking.connect();
    void this.read();
  }

  async final(directiveId: string): Promise<void> {
    if (this.early.delete(directiveId)) return;
    await new Promise<void>((resolve) => this.waiting.set(directiveId, resolve));
  }

  private async read(): Promise<void> {
    let cursor = '$';
    for (;;) {
      const reply = await this.blocking.xread('COUNT', 1_000, 'BLOCK', 0, 'STREAMS', this.stream, cursor);
      for (const [entryId, fields] of reply?.[0]?.[1] ?? []) {
        cursor = entryId;
        this.hear(fields);
      }
    }
  }

  private hear(fields: readonly string[]): void {
    for (let at = 1; at < fields.length; at += 2) this.hearOne(fields[at]!);
  }

  private hearOne(pointer: string): void {
    const [directiveId = '', , , ...types] = pointer.split(' ');
    if (!types.some((type) => finalTypes.has(type))) return;
    const resolve = this.waiting.get(directiveId);
    this.waiting.delete(directiveId);
    if (resolve) resolve();
    else this.early.add(directiveId);
  }
}
